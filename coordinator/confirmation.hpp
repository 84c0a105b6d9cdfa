#pragma once
#include "coordinator/survey.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace leadline {

/// Asks whoever sits at the terminal whether to go on. Ctrl-C answers as well: the survey then says
/// that the run was interrupted. Throws UsageError on any answer but yes, and where nobody can be
/// asked, with the way out. The survey outlives it.
boost::asio::awaitable<void> confirm(std::string question, Survey* survey);
}  // namespace leadline
