using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using SmartCourtyard.DutyRoom;
using SmartCourtyard.DutyRoom.Courtyards;
using SmartCourtyard.DutyRoom.Intake;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.Simulation.Disk;

namespace SmartCourtyard.Simulation.Machines;

/// <summary>What goes back over the network.</summary>
internal sealed record Reply(int Status, byte[] Body, TimeSpan? RetryAfter = null);

/// <summary>The duty room: its intake and its database, without HTTP around them.</summary>
internal sealed class DutyRoomMachine(World world, SimulatedDisk disk) : Machine("duty-room", world, disk)
{
    public const string File = "duty-room.db";

    private Database? _database;
    private Feeds? _feeds;
    private Ledger? _ledger;
    private List<IHostedService> _workers = [];

    public string ConnectionString => $"Data Source={Path(File)}";

    /// <summary>Answers a request of the gateway; null where the machine stopped before it could.</summary>
    public async Task<Reply?> AnswerAsync(string call, byte[] body)
    {
        var (mount, ledger) = (Mount!, _ledger!);
        Reply reply;
        try
        {
            reply = call switch
            {
                "events" => await TakeAsync(ledger, body).ConfigureAwait(false),
                "heartbeat" => await BeatAsync(ledger, body).ConfigureAwait(false),
                _ => new Reply(204, []),
            };
        }
        catch (StoreUnavailableException)
        {
            reply = new Reply(503, [], TimeSpan.FromSeconds(2));
        }
        catch (Exception e) when (mount.IsOver)
        {
            World.Note(Name, "had begun to answer: " + e.GetType().Name);
            return null;
        }

        return mount.IsOver ? null : reply;
    }

    protected override void Begin(MachineClock clock)
    {
        _database = Database.At(ConnectionString);
        _database.BringUpToDate();
        _feeds = new Feeds();
        _ledger = new Ledger(_database, _feeds, clock, World.Logger<Ledger>(Name));
        _workers = [new Upkeep(_ledger, _database, clock, World.Logger<Upkeep>(Name))];
        _workers.ForEach(w => _ = w.StartAsync(CancellationToken.None));
    }

    protected override async Task CloseAsync()
    {
        await StopAsync(_workers).ConfigureAwait(false);
        _ledger!.Dispose();
    }

    protected override void Release() => _ledger?.Dispose();

    protected override void Meanwhile() => World.Network.DeliverMeanwhile();

    private async Task<Reply> TakeAsync(Ledger ledger, byte[] body)
    {
        var mount = Mount!;
        if (World.Sabotage == Sabotage.RepliesBeforeCommit)
        {
            World.Schedule.After(TimeSpan.FromMilliseconds(200), () => _ = mount.IsOver ? null : IntakeEndpoints.TakeAsync(new(body), World.CourtyardId, ledger));
            return Network.Forged(body);
        }

        var (receipts, problem) = await IntakeEndpoints.TakeAsync(new ReadOnlySequence<byte>(body), World.CourtyardId, ledger).ConfigureAwait(false);
        if (receipts is null)
        {
            World.Note(Name, "says no", problem!.Status, problem.Field);
            return new Reply(problem.Status, JsonSerializer.SerializeToUtf8Bytes(problem, ProblemJson.Wire.Problem), problem.RetryAfter);
        }

        if (!mount.IsOver)
        {
            World.Promises.Confirm([.. receipts.Accepted, .. receipts.Duplicates]);
            World.Note(Name, "stored", receipts.Accepted.Count);
        }

        return new Reply(200, JsonSerializer.SerializeToUtf8Bytes(receipts, IntakeJson.Default.Receipts));
    }

    private async Task<Reply> BeatAsync(Ledger ledger, byte[] body)
    {
        var (answer, problem) = await GatewayEndpoints.TakeBeatAsync(
            World.CourtyardId, JsonSerializer.Deserialize(body, CourtyardsJson.Default.Heartbeat)!, ledger, _database!, _feeds!).ConfigureAwait(false);
        return answer is null
            ? new Reply(problem!.Status, JsonSerializer.SerializeToUtf8Bytes(problem, ProblemJson.Wire.Problem), problem.RetryAfter)
            : new Reply(200, JsonSerializer.SerializeToUtf8Bytes(answer, CourtyardsJson.Default.HeartbeatAnswer));
    }
}
