#include "heed/examples/cli/ranks/launch.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "heed/examples/cli/ranks/mpi_team.h"

namespace heed {
namespace {

using Words = std::vector<std::string>;

void add_words(Words& words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
}

/// In the child: becomes the launcher, out of reach of the terminal's Ctrl-C, which goes through
/// its parent. Returns only if that fails.
void become_launcher(char* const* words, const sigset_t& before) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (isatty(STDIN_FILENO) != 0) {  // whoever is in the background must not read from it
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  execvp(*words, words);
}

/// Waits for the child and passes signals on.
LaunchEnd watch_over(pid_t child, const sigset_t& signals) {
  LaunchEnd end{0, 0};
  while (true) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) {
      end.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      return end;
    }
    const int signal = sigwaitinfo(&signals, nullptr);
    if (signal < 0 || signal == SIGCHLD) continue;
    kill(child, end.signal == 0 ? SIGUSR1 : SIGTERM);
    if (end.signal == 0) end.signal = signal;
  }
}

}  // namespace

LaunchEnd run_launcher(const Words& command) {
  Words copies = command;
  std::vector<char*> words;
  for (std::string& word : copies) words.push_back(word.data());
  words.push_back(nullptr);
  sigset_t signals, before;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, &before);
  const pid_t child = fork();
  if (child < 0) throw RankError("heed launch: cannot start a process: ", std::strerror(errno));
  if (child == 0) {
    become_launcher(words.data(), before);
    _exit(127);
  }
  const LaunchEnd end = watch_over(child, signals);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return end;
}

std::optional<LauncherKind> launcher_of(const std::string& version) {
  const auto has = [&](const char* text) { return version.find(text) != version.npos; };
  for (const char* name : {"Open MPI", "OpenRTE"}) {
    if (!has(name)) continue;
    const size_t number = version.find_first_of("0123456789", version.find(name));
    const int major = number == version.npos ? 0 : std::atoi(version.c_str() + number);
    // What 5 understands, every one does.
    return major >= 1 && major < 5 ? LauncherKind::openmpi_4 : LauncherKind::openmpi_5;
  }
  if (has("HYDRA") || has("mpich")) return LauncherKind::mpich;
  return std::nullopt;
}

Words launch_command(const std::string& mpirun, LauncherKind launcher, const Launch& launch) {
  Words words{mpirun};
  if (launcher != LauncherKind::mpich) {
    if (launch.is_root) add_words(words, {"--allow-run-as-root"});
    // Ranks that wait keep out of the way, so there may be more than processors. Which a host file
    // limits, if there is one.
    add_words(words, launch.hosts ? Words{"--hostfile", *launch.hosts} : Words{"--oversubscribe"});
    if (launcher == LauncherKind::openmpi_4) words.push_back("--quiet");  // 5 refuses it
    add_words(words, {"--bind-to", "none"});
    for (const std::string& name : launch.exported) add_words(words, {"-x", name});
  } else {  // exports everything, and waits for a stopped job
    if (launch.hosts) add_words(words, {"-f", *launch.hosts});
    add_words(words, {"-bind-to", "none"});
  }
  add_words(words, launch.options);
  add_words(words, {"-n", std::to_string(launch.ranks)});
  add_words(words, launch.program);
  return words;
}

}  // namespace heed
