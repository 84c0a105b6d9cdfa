#pragma once
#include "tests/lab/network/lab.hpp"
#include "tests/lab/network/sandbox.hpp"
#include "tests/unit/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <string>

namespace leadline::lab {

/// Tests whose bodies run inside a lab of their own, described as a scenario is.
class InLab : public testing::Test {
 protected:
  /// Skips where this machine permits no lab. What fails in `body` fails the test.
  void in_lab(std::string const& yaml, void (*body)(Lab&)) {
    auto const scenario = read_scenario(yaml);
    ASSERT_TRUE(scenario) << scenario.error().front().message;
    auto const code = run_in_sandbox([&] {
      Lab place{plan_topology(*scenario), directory_.path()};
      body(place);
      return HasFailure() ? 1 : 0;
    });
    if (code == skipped_exit_code) GTEST_SKIP() << "namespaces or TAPs are not permitted here";
    EXPECT_EQ(code, 0) << "see above";
  }

 private:
  ScratchDirectory directory_;
};
}  // namespace leadline::lab
