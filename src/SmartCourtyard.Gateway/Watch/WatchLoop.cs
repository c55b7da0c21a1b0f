using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Threading.Channels;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Effects;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Watch;

/// <summary>
/// The one loop: readings, ticks, receipts and news about connections enter by one bounded channel and leave as events. Everything
/// it knows it owns alone, so there are no locks; what others may see are snapshots.
/// </summary>
internal sealed partial class WatchLoop : BackgroundService
{
    private const int DeliveriesRemembered = 2_000;
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WaitedTooLong = TimeSpan.FromSeconds(1);
    private static readonly FrozenSet<string> NoDevice = FrozenSet<string>.Empty;

    // Judging is quick and waits for nothing, so the thread that brings a message may do it: one wake-up less before the disk.
    private readonly Channel<WatchInput> _inputs = Channel.CreateBounded<WatchInput>(
        new BoundedChannelOptions(1_000) { SingleReader = true, AllowSynchronousContinuations = true });
    private readonly AlarmBook _alarms;
    private readonly ActingOnAlarms _acting;
    private readonly HealthBook _health;
    private readonly FalseAlarms _falseAlarms;
    private readonly ServiceDesk _service;
    private readonly EventWriter _writer;
    private readonly WatchOutputs _outputs;
    private readonly WatchClock _clock;
    private readonly ILogger<WatchLoop> _logger;
    private readonly RecentDeliveries _deliveries;
    private readonly List<AlarmChange> _alarmChanges = [];
    private readonly List<TroubleChange> _troubleChanges = [];
    private readonly (Courtyard Courtyard, Rulebook Rules, IReadOnlyList<Effect> Effects) _first;
    private readonly WatchMemory _memory;
    private ImmutableArray<Alarm> _open;
    private volatile HealthCount _healthCount;
    private TimeSpan? _armed;
    private readonly long[] _receipts = new long[Enum.GetValues<ReceiptKind>().Length];
    private long _judged;
    private long _turns;

    public WatchLoop(
        Courtyard courtyard, Rulebook rules, WatchMemory memory, WatchOutputs outputs, WatchClock clock, ILogger<WatchLoop> logger,
        IReadOnlyList<Effect>? effects = null)
    {
        _first = (courtyard, rules, effects ?? []);
        _acting = new ActingOnAlarms(memory.Latched, outputs, clock);
        _memory = memory;
        _service = new ServiceDesk(courtyard, _alarmChanges, _troubleChanges);
        _health = new HealthBook(courtyard, clock.Now());
        _falseAlarms = new FalseAlarms(_health, d => _service.Of(d, AlarmKind.Equipment).IsTest);
        _alarms = new AlarmBook(memory.Alarms, rules, _service.Of) { Hint = _falseAlarms.HintOf };
        _healthCount = new HealthCount(_health.Describe());
        _writer = new EventWriter(courtyard.Id);
        _deliveries = new RecentDeliveries(memory.Deliveries, DeliveriesRemembered);
        _outputs = outputs;
        _clock = clock;
        _logger = logger;
        _open = [.. memory.Alarms];
    }

    /// <summary>The alarms that are not done with, as of the last change.</summary>
    public ImmutableArray<Alarm> Alarms => _open;

    /// <summary>How the devices are, as of the last tick.</summary>
    public HealthCount Health => _healthCount;

    /// <summary>How often the loop has turned: for each input, and a tick comes every 10 s.</summary>
    public long Turns => Interlocked.Read(ref _turns);

    /// <summary>How many receipts of a kind the duty room has sent.</summary>
    public long ReceiptsOf(ReceiptKind kind) => Interlocked.Read(ref _receipts[(int)kind]);

    /// <summary>How many messages have been judged.</summary>
    public long Judged => Interlocked.Read(ref _judged);

    /// <summary>
    /// Takes what a connection heard. True when it has been judged and what follows from it is on disk: the giver may forget it.
    /// </summary>
    public async ValueTask<bool> HearAsync(HeardBatch batch, CancellationToken stop)
    {
        if (batch.Count == 0)
        {
            return true;
        }

        var heard = new Heard(batch, _clock.Timestamp());
        await _inputs.Writer.WriteAsync(heard, stop).ConfigureAwait(false);
        return !batch.Custody || await heard.Done.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Takes a receipt from the duty room and answers the command that brought it.</summary>
    public ValueTask ReceiveAsync(DutyCommand command, CancellationToken stop)
        => _inputs.Writer.WriteAsync(new ReceiptInput(command), stop);

    /// <summary>Takes news about a connection or a store of the gateway itself.</summary>
    public ValueTask TroubleAsync(TroubleReason reason, bool stands, string? detail, CancellationToken stop)
        => _inputs.Writer.WriteAsync(new OwnTrouble(reason, stands, detail), stop);

    /// <summary>Takes news about a part of the gateway that devices depend on, as <see cref="Source.DependsOn"/> names it.</summary>
    public ValueTask PartAsync(TroubleReason reason, string part, bool down, string? detail, CancellationToken stop)
        => _inputs.Writer.WriteAsync(new OwnTrouble(reason, down, detail, part), stop);

    /// <summary>Takes that an actuator does not do what it was told, or does it again.</summary>
    public ValueTask FaultAsync(string device, bool stands, string? detail, CancellationToken stop)
        => _inputs.Writer.WriteAsync(new ActuatorFault(device, stands, detail), stop);

    /// <summary>Does what somebody wants of the actuators.</summary>
    /// <returns>Why not; null where it is done, and what it changed is on disk or waits for it in memory.</returns>
    public async ValueTask<string?> DoAsync(Func<ActingOnAlarms, string?> deed, CommandData? written, CancellationToken stop)
    {
        var input = new Deed(deed, written);
        await _inputs.Writer.WriteAsync(input, stop).ConfigureAwait(false);
        return await input.Done.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>
    /// Goes on with another site file. Nothing that was heard before is judged after it; the workers of the old devices must have
    /// ended before.
    /// </summary>
    /// <param name="courtyard">The courtyard from now on; its id is the old one.</param>
    /// <param name="rules">By which its devices are judged.</param>
    /// <param name="effects">What it sets for its actuators.</param>
    /// <param name="unchanged">Ids of the devices whose class and source are as before: what is known of them is kept.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async ValueTask ReloadAsync(
        Courtyard courtyard, Rulebook rules, IReadOnlyList<Effect> effects, IReadOnlySet<string> unchanged, CancellationToken stop)
    {
        var reload = new Reload(courtyard, rules, effects, unchanged);
        await _inputs.Writer.WriteAsync(reload, stop).ConfigureAwait(false);
        await reload.Done.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What burnt before the restart sounds again before anything is asked of the disk.
        _acting.Serve(_first.Courtyard, _first.Effects, _memory.Alarms);
        _acting.Rest();
        _ = KeepAsync(new JournalEntry { Events = [_writer.Started(_clock.Started([.. _memory.Troubles.Select(t => t.Id), .. _memory.Orders.Select(o => o.Id)]))] }, null);
        // The file may have changed while the gateway was stopped.
        _alarms.Serve(_first.Courtyard, _first.Rules, NoDevice, _alarmChanges);
        _health.Restore(_memory.Devices, _memory.Troubles, _clock.Now(), _troubleChanges);
        RestoreProof();
        _falseAlarms.Restore(_memory.Devices, _first.Courtyard, _alarms, _clock.Now(), _troubleChanges);
        _service.Restore(_memory.Orders, _health, _clock.Now());
        Keep(null, []);
        var ticks = TickAsync(stoppingToken);
        try
        {
            using var due = _clock.Time.CreateTimer(_ => _inputs.Writer.TryWrite(new Due()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            await foreach (var input in _inputs.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                Take(input);
                Pass(due);
                Interlocked.Increment(ref _turns);
            }
        }
        finally
        {
            await ticks.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TickAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TickEvery, _clock.Time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            await _inputs.Writer.WriteAsync(new Tick(), stop).ConfigureAwait(false);
        }
    }

    /// <summary>What had to last has lasted. The timer only wakes the loop: a full channel wakes it as well.</summary>
    private void Pass(ITimer timer)
    {
        if (_alarms.Due is null && _acting.Due is null && _service.Due is null && _armed is null)
        {
            return;
        }

        var now = _clock.Now();
        _alarms.Pass(now, _alarmChanges);
        _service.Pass(_alarms, _health, now);
        _acting.Pass(now);
        Keep(null, []);
        var due = Earliest(_alarms.Due, _acting.Due, _service.Due);
        if (due != _armed)
        {
            _armed = due;
            // A timer counts whole milliseconds; one too early would find nothing due.
            timer.Change(_armed is { } at ? at - now.Uptime + TimeSpan.FromMilliseconds(1) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void Take(WatchInput input)
    {
        switch (input)
        {
            case Heard heard:
                Judge(heard);
                break;
            case ReceiptInput receipt:
                Receive(receipt.Command);
                break;
            case OwnTrouble own:
                _health.SetOwn(own.Reason, own.Stands, own.Detail, _clock.Now(), _troubleChanges, own.Part);
                Keep(null, []);
                break;
            case ActuatorFault fault:
                _health.SetFault(fault.Device, fault.Stands, fault.Detail, _clock.Now(), _troubleChanges);
                Keep(null, []);
                break;
            case Deed deed:
                Do(deed);
                break;
            case ServiceInput asked:
                asked.Answered(_service.Take(asked, _alarms, _health, _clock.Now()));
                Keep(asked.Stored, []);
                break;
            case Reload reload:
                Serve(reload);
                break;
            case ProofInput wanted:
                BeginProof(wanted);
                break;
            case Due:
                _armed = null;
                break;
            case Tick:
                _health.Tick(_clock.Now(), _troubleChanges);
                _falseAlarms.Tick(_clock.Now(), _troubleChanges);
                TickProof();
                _healthCount = new HealthCount(_health.Describe());
                Keep(null, []);
                break;
            case MemoryQuestion question:
                question.Answer.TrySetResult(_falseAlarms.Remember(_health.Remember(), _alarms, _clock.Now()));
                break;
            case Question question:
                question.Answer.TrySetResult((_health.Describe(), [.. _health.Troubles], _falseAlarms.Counts(_clock.Now())));
                break;
        }
    }

    private void Serve(Reload reload)
    {
        _alarms.Serve(reload.Courtyard, reload.Rules, reload.Unchanged, _alarmChanges);
        _health.Serve(reload.Courtyard, reload.Unchanged, _clock.Now(), _troubleChanges);
        _falseAlarms.Serve(reload.Courtyard, reload.Unchanged);
        _acting.Serve(reload.Courtyard, reload.Effects, _alarms.Alarms);
        _service.Serve(reload.Courtyard, _health, _clock.Now());
        Keep(null, []);
        reload.Done.TrySetResult();
    }

    private void Judge(Heard heard)
    {
        var now = _clock.Now();
        var batch = heard.Batch;
        var deliveries = new List<long>();
        for (var i = 0; i < batch.Count; i++)
        {
            var message = batch.Message(i, out var delivery, out var redelivered);
            if (redelivered && _deliveries.Contains(delivery))
            {
                // Judged before; only its receipt got lost. Judging it again would make one press two.
                continue;
            }

            var before = _alarmChanges.Count;
            _falseAlarms.Hear(message, now);
            _alarms.Hear(message, now, _alarmChanges);
            _health.Hear(message, now, _troubleChanges);
            if (batch.Custody && _alarmChanges.Count > before)
            {
                _deliveries.Add(delivery);
                deliveries.Add(delivery);
            }
        }

        Interlocked.Add(ref _judged, batch.Count);
        Keep(batch.Custody ? heard.Done : null, deliveries);
        _outputs.Measure(batch);
        NoteWait(heard.Since, now);
    }

    private void NoteWait(long since, Moment now)
    {
        var waited = _clock.Since(since);
        var late = waited > WaitedTooLong;
        _health.SetOwn(TroubleReason.Overloaded, late, late ? $"a message waited {waited.TotalSeconds:F1} s" : null, now, _troubleChanges);
        if (_troubleChanges.Count > 0)
        {
            Keep(null, []);
        }
    }

    private void Receive(DutyCommand command)
    {
        var alarm = command.AlarmId is null ? null : _alarms.Receive(command.Kind, command.AlarmId, command.At);
        if (command.AlarmId is not null)
        {
            Interlocked.Increment(ref _receipts[(int)command.Kind]);
        }

        _acting.Follow(alarm);
        ReceiveProof(command);
        var answer = _writer.Command(new CommandData(command.CommandId, command.Type, command.Failure), _clock.Now().Time);
        var entry = new JournalEntry
        {
            Events = [answer], Alarms = alarm is null ? [] : [alarm], CommandBookmark = command.Bookmark, Latches = _acting.TakeLatches(),
        };
        _open = [.. _alarms.Alarms];
        _ = KeepAsync(entry, null);
    }

    private void Do(Deed deed)
    {
        var failure = deed.Do(_acting);
        IReadOnlyList<CourtyardEvent> events = failure is null && deed.Event is { } done ? [_writer.Command(done, _clock.Now().Time)] : [];
        var entry = new JournalEntry { Events = events, Latches = _acting.TakeLatches() };
        if (entry.IsEmpty && !_acting.IsWaiting)
        {
            deed.Done.TrySetResult(failure);
            return;
        }

        var kept = KeepAsync(entry, null);
        _ = kept.ContinueWith(_ => deed.Done.TrySetResult(failure), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
