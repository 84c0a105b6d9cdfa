#pragma once
#include "coordinator/survey.hpp"

#include <boost/asio/awaitable.hpp>

namespace leadline {

/// Until Ctrl-C or SIGTERM; the survey then says which. A second signal ends the process at once.
/// The survey outlives it.
boost::asio::awaitable<void> interrupted(Survey* survey);
}  // namespace leadline
