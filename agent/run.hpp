#pragma once
#include "agent/options.hpp"
#include "agent/outbox.hpp"
#include "probes/core/path.hpp"
#include "probes/responder.hpp"
#include "probes/wire/message.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace leadline {
class BulkSlot;
class TlsIdentity;
}  // namespace leadline

namespace leadline::agent {

/// One run as an agent lives it: its responder, its peers, and the batches under way. Nothing of a
/// run outlives stop(), which the session calls when the coordinator says so or is lost.
class Run : public std::enable_shared_from_this<Run> {
 public:
  using Send = Outbox::Send;

  /// Opens the responder; what came of it, or what was wrong with the order, is in prepared().
  static std::shared_ptr<Run> begin(boost::asio::any_io_executor executor, Options options,
                                    Prepare const& order, Send send);

  [[nodiscard]] Prepared prepared() const { return prepared_; }

  [[nodiscard]] RunId id() const { return prepared_.run; }

  void learn(RosterSheet sheet);
  /// Observations and the BatchDone go out by `send`, in groups (Outbox).
  void start(Batch batch);
  /// Of the roster's nodes only: a peer can sign for any index, and all of them do not fit a frame.
  [[nodiscard]] Counted counted() const;
  void stop();

 private:
  Run(boost::asio::any_io_executor executor, Options options, Prepare const& order, Send send);
  void prepare(Prepare const& order);
  void load_identity();
  void open_responder(Prepare const& order);

  [[nodiscard]] tl::expected<Path, std::string> path_to(BatchTarget const& target) const;

  static boost::asio::awaitable<void> carry_out(std::shared_ptr<Run> run,
                                                std::shared_ptr<Batch const> batch);
  static boost::asio::awaitable<void> work(std::shared_ptr<Run> run,
                                           std::shared_ptr<Batch const> batch,
                                           std::shared_ptr<std::size_t> taken,
                                           std::shared_ptr<bool> busy);
  static boost::asio::awaitable<bool> probe_target(std::shared_ptr<Run> run,
                                                   std::shared_ptr<Batch const> batch,
                                                   BatchTarget target);
  /// Source, target and family are filled in here.
  void report(std::uint32_t batch, BatchTarget const& target,
              std::vector<Observation> observations);

  boost::asio::any_io_executor executor_;
  Options options_;
  std::shared_ptr<Outbox> outbox_;
  Passport passport_;
  Prepared prepared_;
  std::shared_ptr<TlsIdentity const> identity_;  ///< null: the migration identity cannot be read
  std::shared_ptr<BulkSlot> bulk_slot_;          ///< taken by the test under way, either way
  std::unique_ptr<Responder> responder_;
  std::map<NodeIndex, Peer> peers_;
  std::map<std::uint32_t, boost::asio::cancellation_signal> under_way_;
  bool stopped_{};
};
}  // namespace leadline::agent
