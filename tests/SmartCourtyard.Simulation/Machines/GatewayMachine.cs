using Microsoft.Extensions.Hosting;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Paths;
using SmartCourtyard.Gateway.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Simulation.Disk;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Simulation.Machines;

/// <summary>The gateway: watch, journal, path and supervision, joined as its program joins them.</summary>
internal sealed class GatewayMachine(World world, int eventsAtMost, SimulatedDisk disk) : Machine("gateway", world, disk)
{
    public const string File = "journal.db";

    private JournalStore? _store;
    private EventJournal? _journal;
    private WatchLoop? _watch;
    private Supervision? _supervision;
    private List<IHostedService> _workers = [];

    public Courtyard Courtyard { get; private set; } = Residents.Courtyard();

    /// <summary>Something was not on disk at the moment: it may have been handed on, and nobody was promised anything.</summary>
    public bool HasUnstored { get; private set; }

    /// <summary>Nothing waits, neither for the disk nor for the duty room, and that knows what it need not wait for.</summary>
    public bool IsDrained => IsUp && !_journal!.IsBehind && _journal.Outbox.Waiting == 0 && _journal.Skipped.Count == 0;

    /// <summary>The ids of the troubles that stand, by what its disk holds.</summary>
    public IEnumerable<string> Troubles => _store!.ReadTroubles().Select(t => t.Id);

    public long Waiting => IsUp ? _journal!.Outbox.Waiting : -1;

    /// <summary>Gives the watch what a device said; true when the giver may forget it.</summary>
    public async Task<bool> HearAsync(HeardBatch batch)
    {
        var mount = Mount!;
        try
        {
            return await _watch!.HearAsync(batch, Stopping.Token).ConfigureAwait(false) && !mount.IsOver;
        }
        catch (Exception) when (mount.IsOver || !IsUp)
        {
            return false;
        }
    }

    /// <summary>Goes on with a new site file.</summary>
    public async Task ReloadAsync(IReadOnlySet<string> unchanged)
    {
        if (!IsUp)
        {
            return;
        }

        World.Note(Name, "reads its site again", unchanged.Count);
        var (mount, fresh) = (Mount!, Residents.Courtyard());
        try
        {
            Courtyard = fresh;
            await _watch!.ReloadAsync(fresh, Rulebook.Usual, [], unchanged, Stopping.Token).ConfigureAwait(false);
            _supervision!.Replace(fresh);
        }
        catch (Exception) when (mount.IsOver || !IsUp)
        {
            // It stopped meanwhile.
        }
    }

    protected override void Begin(MachineClock clock)
    {
        HasUnstored = false;
        Courtyard = Residents.Courtyard();
        _store = JournalStore.Open(Path(File));
        var journal = _journal = new EventJournal(_store, clock, World.Logger<EventJournal>(Name));
        var memory = new WatchMemory(_store.ReadAlarms(), _store.ReadDeliveries(), [], _store.ReadTroubles())
        {
            Latched = _store.ReadLatched(), Orders = _store.ReadOrders(),
        };
        var mount = Mount!;
        var outputs = new WatchOutputs(entry => StoreAsync(journal, mount, entry), () => journal.IsBehind, _ => { });
        var watch = _watch = new WatchLoop(Courtyard, Rulebook.Usual, memory, outputs, new WatchClock(clock, "0"), World.Logger<WatchLoop>(Name));
        journal.StorageFailing = (stands, detail) => _ = watch.TroubleAsync(TroubleReason.StorageFailing, stands, detail, CancellationToken.None).AsTask();
        var status = new PathStatus();
        var client = new DutyRoomClient(new Uri("http://duty-room/"), "token", World.CourtyardId, clock, new Network.Line(World.Network, mount));
        var path = new PathLoop(
            journal.Outbox.Read(), client, status,
            new PathOutputs(
                async (events, stop) => await journal.RefuseAsync(events, stop).ConfigureAwait(false),
                async (expected, stop) => await journal.RenumberAsync(expected, stop).ConfigureAwait(false),
                watch.TroubleAsync),
            clock, World.Logger<PathLoop>(Name), eventsAtMost);
        _supervision = new Supervision(
            Courtyard, client, status, new SequenceBook(() => journal.LastSequence, () => journal.Skipped, journal.ExpectAsync), journal.Outbox,
            async stop => (await watch.DescribeAsync(stop).ConfigureAwait(false)).Devices,
            clock, "0");
        _workers = [journal, watch, path, _supervision];
        _workers.ForEach(w => _ = w.StartAsync(CancellationToken.None));
    }

    protected override async Task CloseAsync()
    {
        await Stopping.CancelAsync().ConfigureAwait(false);
        await StopAsync(_workers).ConfigureAwait(false);
        _store!.Dispose();
    }

    protected override void Release() => _store?.Dispose();

    protected override void Meanwhile() => World.Residents.SpeakMeanwhile();

    private async ValueTask<bool> StoreAsync(EventJournal journal, Mount mount, JournalEntry entry)
    {
        if (World.Sabotage == Sabotage.AcknowledgesBeforeStoring)
        {
            World.Promises.Store(entry.Events);
            _ = journal.AppendAsync(entry, CancellationToken.None).AsTask();
            return true;
        }

        var stored = await journal.AppendAsync(entry, CancellationToken.None).ConfigureAwait(false);
        if (mount.IsOver)
        {
            return stored;
        }

        HasUnstored |= !stored;
        if (stored)
        {
            World.Promises.Store(entry.Events);
        }

        return stored;
    }
}
