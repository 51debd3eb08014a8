"""What must hold of how a report looks: colours, widths, on paper, without scripts."""

from report_view import require

LEAST_CONTRAST = 4.5  # of text: WCAG 2.2, AA
LEAST_LINE_CONTRAST = 3  # of what is drawn
PAPER = 718  # pixels of a sheet of A4 between margins of 1 cm

# Texts and lines that are to be seen, each with its contrast to what is behind it.
CONTRASTS = """
const parts = (colour) => {
  const numbers = colour.match(/[\\d.]+/g).map(Number);
  return numbers.length > 3 ? numbers : [...numbers, 1];
};
const over = (front, back, opacity) => [0, 1, 2].map((part) =>
  front[part] * front[3] * opacity + back[part] * (1 - front[3] * opacity));
const light = (colour) => colour.slice(0, 3).map((part) => part / 255)
  .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (node) => {
  for (let at = node; at; at = at.parentElement) {
    const colour = parts(getComputedStyle(at).backgroundColor);
    if (colour[3] === 1) return colour;
  }
  return [255, 255, 255, 1];
};
const opacity = (node) => {
  let product = 1;
  for (let at = node; at; at = at.parentElement) product *= Number(getComputedStyle(at).opacity);
  return product;
};
const found = [];
const add = (node, property, kind) => {
  const style = getComputedStyle(node);
  if (!/^rgb/.test(style[property])) return;
  const back = behind(node);
  const front = over(parts(style[property]), back, opacity(node));
  const [more, less] = [light(front), light(back)].sort((a, b) => b - a);
  found.push([kind, (more + 0.05) / (less + 0.05), node.outerHTML.slice(0, 120)]);
};
for (const node of document.querySelectorAll('body, body *')) {
  if (!node.checkVisibility({ checkVisibilityCSS: true }) || node.closest('script')) continue;
  const isText = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  if (isText) add(node, node instanceof SVGElement ? 'fill' : 'color', 'text');
  if (node.matches('.plot path.line:not(.faint)')) add(node, 'stroke', 'line');
}
return found;
"""

# What reaches beyond the page, and what is cut off though nothing scrolls there.
TOO_WIDE = """
const width = document.documentElement.clientWidth;
const wide = [];
if (document.documentElement.scrollWidth > width) wide.push('the page');
const scrolls = (node) => {
  for (let at = node.parentElement; at && at !== document.body; at = at.parentElement) {
    if (getComputedStyle(at).overflowX !== 'visible') return true;
  }
  return false;
};
for (const node of document.querySelectorAll('body *')) {
  if (!node.checkVisibility({ checkVisibilityCSS: true }) || node.closest('script')) continue;
  const name = node.outerHTML.slice(0, 100);
  if (node.getBoundingClientRect().right > width + 1 && !scrolls(node)) wide.push(name);
  const overflow = getComputedStyle(node).overflowX;
  const isCut = overflow === 'hidden' && node.scrollWidth > node.clientWidth + 1;
  if (isCut && !node.matches('.unseen') && !node.closest('svg')) wide.push(`cut off: ${name}`);
}
return wide;
"""


def has_contrast(view, _):
    found = view.run(CONTRASTS)
    require(len(found) > 100, f"only {len(found)} texts")
    for kind, least in (("text", LEAST_CONTRAST), ("line", LEAST_LINE_CONTRAST)):
        pale = sorted(each[1:] for each in found if each[0] == kind and each[1] < least)
        require(not pale, f"{len(pale)} of kind {kind} have less contrast than {least}: {pale[:3]}")


def is_within_width(view, _):
    wide = view.run(TOO_WIDE)
    require(not wide, f"too wide: {wide[:4]}")


def _lightness(view):
    colour = view.run("return getComputedStyle(document.body).backgroundColor"
                      ".match(/\\d+/g).map(Number)")
    return sum(colour[:3]) / 3 / 255


def is_light(view, _):
    require(_lightness(view) > 0.9, f"the page is {_lightness(view)} light")


def is_dark(view, _):
    require(_lightness(view) < 0.15, f"the page is {_lightness(view)} light, in the dark")


def is_there_without_scripts(view, _):
    """Curves, examples and tables, with their contents."""
    require(not view.all("html.alive"), "scripts ran")
    empty = view.run("""
        const isSeen = (node) => node && node.checkVisibility()
          && node.getBoundingClientRect().height > 0;
        const figures = [...document.querySelectorAll('#curves figure')];
        const empty = figures.filter((figure) => !isSeen(figure.querySelector('.static svg'))
          || ![...figure.querySelectorAll('.static svg path.line')].some(
            (line) => line.getAttribute('d').length > 10));
        const places = ['#curves', '#scores table', '#examples table, #examples .losses', '#origin',
          'noscript'];
        return [...empty.map((figure) => figure.id), ...places.filter((place) =>
          ![...document.querySelectorAll(place)].some((node) => isSeen(node)
            && node.textContent.trim().length > 20))];""")
    require(not empty, f"without scripts there is no {empty}")
