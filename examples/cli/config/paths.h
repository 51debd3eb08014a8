// Paths of files in configurations.
#pragma once

#include <string>

namespace heed {

/// A path that works from anywhere: a relative one starts in `folder`, which itself, if relative,
/// starts in the current directory. What cannot be a path stays as it is.
std::string absolute_path(const std::string& path, const std::string& folder = "");

/// Without what changes nothing at its end: "runs/a/" and "runs/a/." are "runs/a".
std::string without_tail(std::string path);

/// Where a file is that was moved together with `folder`: the end of its former path, as much of it
/// as there is, in the folder or in one above it. The path itself if it is still there, or nowhere.
std::string moved_path(const std::string& path, const std::string& folder);

/// For messages: an absolute path in the current directory as a relative one.
std::string shown_path(const std::string& path);

/// What to try if nothing is at a path, for the end of a message; "" mostly.
std::string path_hint(const std::string& path);

}  // namespace heed
