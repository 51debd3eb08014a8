#include "heed/framework/optim/schedule.h"

#include <cmath>
#include <limits>

#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::schedule_test {
namespace {

constexpr auto last_step = std::numeric_limits<int64_t>::max();

bool near(double got, double want) {
  return std::abs(got - want) <= 1e-15 * (1 + std::abs(want));
}

}  // namespace

TEST_CASE("Every schedule warms up in equal steps to 1") {
  for (const Schedule& shape : schedules()) {
    const ScheduleConfig config{shape, 4, 20, 0.1};
    CHECK(schedule_factor(config, 0) == 0.25);
    CHECK(schedule_factor(config, 1) == 0.5);
    CHECK(schedule_factor(config, 3) == 1);
    CHECK(schedule_factor({shape, 0, 20, 0.1}, 0) == 1);
    CHECK(schedule_factor({shape, 1, 20, 0.1}, 0) == 1);
  }
}

TEST_CASE("Every number of steps that can be counted has a factor") {
  for (const Schedule& shape : schedules()) {
    for (const int64_t warmup : {int64_t{0}, last_step}) {
      for (const int64_t cooldown : {int64_t{0}, last_step}) {
        const ScheduleConfig config{shape, warmup, last_step, 0.1, cooldown};
        for (const int64_t step : {int64_t{0}, last_step}) {
          const double factor = schedule_factor(config, step);
          CHECK((factor >= 0 && factor <= 1));
        }
      }
    }
    const ScheduleConfig short_one{shape, 4, 20, 0.1};
    CHECK(schedule_factor(short_one, last_step) <= 1);
  }
}

TEST_CASE("The constant schedule stays at 1") {
  const ScheduleConfig config{schedule_named("constant"), 4, 20, 0.1};
  for (const int64_t step : {int64_t{4}, int64_t{19}, int64_t{20}, last_step}) {
    CHECK(schedule_factor(config, step) == 1);
  }
}

TEST_CASE(
    "A cool-down falls to the floor over the last steps, and a longer run has the same start") {
  const Schedule& constant = schedule_named("constant");
  const ScheduleConfig line{constant, 4, 20, 0.2, 7};
  for (int64_t step = 4; step <= 12; ++step) CHECK(schedule_factor(line, step) == 1);
  CHECK(near(schedule_factor(line, 13), 0.9));
  CHECK(near(schedule_factor(line, 16), 0.6));
  CHECK(near(schedule_factor(line, 19), 0.3));
  for (const int64_t step : {int64_t{20}, int64_t{21}, last_step}) {
    CHECK(near(schedule_factor(line, step), 0.2));
  }
  const ScheduleConfig root{constant, 4, 20, 0, 7, Cooldown::sqrt};
  CHECK(schedule_factor(root, 12) == 1);
  CHECK(near(schedule_factor(root, 14), 0.5));
  CHECK(near(schedule_factor(root, 20), 0));
  for (int64_t step = 0; step <= 12; ++step) {
    CHECK(schedule_factor({constant, 4, 200, 0.2, 7}, step) == schedule_factor(line, step));
  }
  // It starts after the warm-up at the earliest.
  CHECK(schedule_factor({constant, 4, 8, 0, 100}, 3) == 1);
  CHECK(schedule_factor({constant, 4, 8, 0, 100}, 4) == 0.8);
  CHECK(near(schedule_factor({constant, 4, 8, 0, 100}, 5), 0.6));
  CHECK(schedule_factor({constant, 9, 8, 0, 100}, 12) == 1);
}

TEST_CASE("The linear schedule falls to its floor in a straight line and stays there") {
  const ScheduleConfig config{schedule_named("linear"), 4, 20, 0.2};
  CHECK(schedule_factor(config, 4) == 1);
  CHECK(near(schedule_factor(config, 8), 0.8));
  CHECK(near(schedule_factor(config, 12), 0.6));
  CHECK(near(schedule_factor(config, 19), 0.2 + 0.8 / 16));
  for (const int64_t step : {int64_t{20}, int64_t{21}, last_step}) {
    CHECK(near(schedule_factor(config, step), 0.2));
  }
}

TEST_CASE("The cosine schedule falls by half a cosine to its floor and stays there") {
  const ScheduleConfig config{schedule_named("cosine"), 4, 20, 0.2};
  CHECK(schedule_factor(config, 4) == 1);
  CHECK(near(schedule_factor(config, 8), 0.2 + 0.8 * (1 + std::sqrt(0.5)) / 2));
  CHECK(near(schedule_factor(config, 12), 0.6));
  for (const int64_t step : {int64_t{20}, int64_t{21}, last_step}) {
    CHECK(near(schedule_factor(config, step), 0.2));
  }
}

TEST_CASE("The inverse square root schedule never stops falling") {
  const ScheduleConfig config{schedule_named("inverse_sqrt"), 4, 20, 0.2};
  CHECK(near(schedule_factor(config, 4), std::sqrt(0.8)));
  CHECK(near(schedule_factor(config, 15), 0.5));
  CHECK(near(schedule_factor(config, 399), 0.1));
  CHECK(near(schedule_factor({schedule_named("inverse_sqrt"), 0, 20, 0}, 3), 0.5));
}

TEST_CASE("After the warm-up no schedule rises, and none leaves [0, 1]") {
  for (const Schedule& shape : schedules()) {
    for (const int64_t warmup : {0, 1, 5, 30, 40}) {
      double previous = 1;
      for (int64_t step = 0; step < 50; ++step) {
        const double factor = schedule_factor({shape, warmup, 30, 0.1}, step);
        CHECK((factor >= 0 && factor <= 1));
        if (step >= warmup) CHECK(factor <= previous);
        previous = factor;
      }
    }
  }
}

TEST_CASE("The help of a schedule names the last step exactly if its factor depends on it") {
  for (const Schedule& shape : schedules()) {
    bool depends = false;
    for (int64_t step = 4; step < 40; ++step) {
      depends = depends || schedule_factor({shape, 4, 20, 0.1}, step) !=
                               schedule_factor({shape, 4, 30, 0.1}, step);
    }
    INFO(shape.name << ": " << shape.help);
    CHECK((shape.help.find("last step") != std::string::npos) == depends);
  }
}

TEST_CASE("A custom schedule follows the warm-up") {
  const Schedule halving{.name = "halving", .help = "", .factor = [](const ScheduleStep& at) {
                           return std::pow(0.5, static_cast<double>(at.step - at.warmup_steps));
                         }};
  const ScheduleConfig config{.shape = halving, .warmup_steps = 2, .total_steps = 9};
  CHECK(schedule_factor(config, 0) == 0.5);
  CHECK(schedule_factor(config, 2) == 1);
  CHECK(schedule_factor(config, 4) == 0.25);
  CHECK(message_of([] { schedule_named("halving"); }) ==
        "schedule_named: there is no schedule \"halving\"");
}

TEST_CASE("A schedule refuses numbers out of range") {
  const std::string needs =
      "schedule_factor: needs step ≥ 0, warmup_steps ≥ 0, total_steps ≥ 1, floor ≥ 0, "
      "cooldown_steps ≥ 0, got ";
  const auto refusal = [](const ScheduleConfig& config, int64_t step) {
    return message_of([&] { schedule_factor(config, step); });
  };
  CHECK(refusal({.total_steps = 5}, -1) == needs + "-1, 0, 5, 0, 0");
  CHECK(refusal({.warmup_steps = -1, .total_steps = 5}, 0) == needs + "0, -1, 5, 0, 0");
  CHECK(refusal({.total_steps = 0}, 0) == needs + "0, 0, 0, 0, 0");
  CHECK(refusal({.total_steps = 5, .floor = -0.5}, 0) == needs + "0, 0, 5, -0.5, 0");
  CHECK(refusal({.total_steps = 5, .cooldown_steps = -2}, 0) == needs + "0, 0, 5, 0, -2");
  CHECK(refusal({.total_steps = 5, .floor = std::nan("")}, 0) == needs + "0, 0, 5, nan, 0");
}

}  // namespace heed::testing::schedule_test
