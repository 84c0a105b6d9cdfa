#pragma once
#include "coordinator/survey.hpp"

#include <boost/asio/awaitable.hpp>

namespace leadline {

/// From here on Ctrl-C, SIGTERM and SIGHUP wait for interrupted(), lest they end the process
/// between the moments in which it listens to them: a report file that has been begun would be left
/// behind.
void hold_interruptions();

/// Until Ctrl-C, SIGTERM or SIGHUP (unless that is ignored, as nohup(1) does); the survey then says
/// which. A second signal ends the process at once. The survey outlives it.
boost::asio::awaitable<void> interrupted(Survey* survey);
}  // namespace leadline
