// The program's own name: a project of your own that calls run_program is no "heed" to its users.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// Takes the name from the path by which the program was started, and what its commands are called.
void set_program_name(std::string_view path, std::vector<std::string> commands);

/// "heed", or what a program of your own is called.
const std::string& program_name();

/// The file of the program that runs, through symbolic links; empty where the system does not say.
std::filesystem::path running_program();

/// A text about heed's command line with the name of this program: "`heed tasks` lists them"
/// becomes "`mine tasks` lists them". What does not name a command stays: "heed reads F32".
std::string named(std::string_view text);

}  // namespace heed
