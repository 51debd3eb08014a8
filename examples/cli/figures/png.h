// Figures as PNG, drawn by librsvg.
#pragma once

#include <string>

#include "heed/framework/base/error.h"

namespace heed {

/// A figure cannot be drawn.
struct FigureError : TextError<FigureError> {
  using TextError::TextError;
};

/// As a program that needs no library would find it.
inline constexpr const char* png_library = "librsvg-2.so.2";

/// Throws FigureError if `library` is not installed.
void require_png(const char* library = png_library);

/// A document of svg_file() as PNG, with `scale` pixels for each unit. Throws FigureError if the
/// library is not installed, the picture has more than 20,000 pixels a side, or it cannot be drawn.
std::string png_of(const std::string& svg, double scale, const char* library = png_library);

}  // namespace heed
