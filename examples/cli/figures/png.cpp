#include "heed/examples/cli/figures/png.h"

#include <dlfcn.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace heed {
namespace {

// What is used of the libraries' interfaces, which have been stable for as long as their names. All
// of it is found through librsvg, which needs the others.
struct RsvgHandle;
struct CairoSurface;
struct Cairo;
struct RsvgRectangle {
  double x, y, width, height;
};
struct GlibError {
  uint32_t domain;
  int code;
  const char* message;
};
constexpr int cairo_rgb24 = 1, cairo_success = 0, cairo_write_error = 11;
using CairoWrite = int (*)(void* closure, const unsigned char* data, unsigned length);

class Renderer {
 public:
  explicit Renderer(const char* library) {
    // Never closed: GLib cannot be loaded twice.
    library_ = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) {
      throw FigureError(
          "PNG: the library librsvg is not installed (Debian: apt install "
          "librsvg2-2); SVG needs no library");
    }
    find(read, "rsvg_handle_new_from_data");
    find(size, "rsvg_handle_get_intrinsic_size_in_pixels");
    find(render, "rsvg_handle_render_document");
    find(release, "g_object_unref");
    find(new_surface, "cairo_image_surface_create");
    find(free_surface, "cairo_surface_destroy");
    find(new_context, "cairo_create");
    find(free_context, "cairo_destroy");
    find(write, "cairo_surface_write_to_png_stream");
  }

  RsvgHandle* (*read)(const uint8_t*, size_t, GlibError**);
  int (*size)(RsvgHandle*, double*, double*);
  int (*render)(RsvgHandle*, Cairo*, const RsvgRectangle*, GlibError**);
  void (*release)(void*);
  CairoSurface* (*new_surface)(int, int, int);
  void (*free_surface)(CairoSurface*);
  Cairo* (*new_context)(CairoSurface*);
  void (*free_context)(Cairo*);
  int (*write)(CairoSurface*, CairoWrite, void*);

 private:
  template <class Function>
  void find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(library_, name));
    if (function == nullptr) {
      throw FigureError("PNG: this librsvg is too old: it has no ", name,
                        "; 2.52 or newer is needed; SVG needs no library");
    }
  }

  void* library_;
};

int append_png(void* closure, const unsigned char* data, unsigned length) {
  try {
    static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
    return cairo_success;
  } catch (...) {  // not through the library's frames
    return cairo_write_error;
  }
}

}  // namespace

void require_png(const char* library) {
  Renderer{library};
}

std::string png_of(const std::string& svg, double scale, const char* library) {
  const Renderer renderer(library);
  GlibError* error = nullptr;
  const auto fail = [&](const char* what) {
    return FigureError("PNG: ", what, error == nullptr ? "" : ": ",
                       error == nullptr ? "" : error->message);
  };
  const std::unique_ptr<RsvgHandle, void (*)(void*)> handle(
      renderer.read(reinterpret_cast<const uint8_t*>(svg.data()), svg.size(), &error),
      renderer.release);
  if (handle == nullptr) throw fail("librsvg cannot read the figure");
  double width = 0, height = 0;
  renderer.size(handle.get(), &width, &height);
  constexpr double most = 20000;
  width = std::ceil(width * scale);
  height = std::ceil(height * scale);
  if (!(width >= 1 && height >= 1 && width <= most && height <= most)) {
    throw FigureError("PNG: a picture of ", width, " x ", height,
                      " pixels is too large: at most 20000 a side; a smaller --scale or SVG");
  }
  const std::unique_ptr<CairoSurface, void (*)(CairoSurface*)> surface(
      renderer.new_surface(cairo_rgb24, static_cast<int>(width), static_cast<int>(height)),
      renderer.free_surface);
  const std::unique_ptr<Cairo, void (*)(Cairo*)> context(renderer.new_context(surface.get()),
                                                         renderer.free_context);
  const RsvgRectangle whole{0, 0, width, height};
  if (renderer.render(handle.get(), context.get(), &whole, &error) == 0) {
    throw fail("librsvg cannot draw the figure");
  }
  std::string png;
  if (renderer.write(surface.get(), append_png, &png) != cairo_success) {
    throw fail("cairo cannot write the picture");
  }
  return png;
}

}  // namespace heed
