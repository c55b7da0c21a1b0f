using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Simulation.Disk;
using SmartCourtyard.Simulation.Machines;

namespace SmartCourtyard.Simulation;

/// <summary>One seed: two machines, the network between them, people, and what goes wrong.</summary>
internal sealed class World
{
    public const string CourtyardId = "simulated";

    /// <summary>By then everything must be on the board: a time-out (10 s), what a holder may ask for (7 s), a restart (8 s), and some.</summary>
    public static readonly TimeSpan DrainsWithin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan SettlesIn = TimeSpan.FromSeconds(2);

    private const int StepsAtMost = 300_000;

    private readonly Dice _dice;
    private readonly Trace _trace;
    private readonly bool _keepsWords;
    private readonly List<string> _failures = [];
    private readonly TimeSpan _calmAt;
    private int _steps;
    private bool _isJudged;
    private bool _isEnding;
    private (int Run, TimeSpan At)? _drainedSince;

    public World(ulong seed, Sabotage sabotage, bool keepsWords, SimulatedFile? dutyRoomFile)
    {
        (Seed, Sabotage, _keepsWords) = (seed, sabotage, keepsWords);
        _dice = new Dice((seed * 2) + 1);
        _trace = new Trace(keepsWords);
        Schedule = new Schedule(_dice.Fork());
        // What goes in several batches overtakes: as after a long outage, with far fewer events.
        var batch = _dice.Of(1, 2, 5, 500);
        Gateway = new GatewayMachine(this, batch, new SimulatedDisk(_dice.Fork()) { Faults = new() { LiesAboutSync = sabotage == Sabotage.GatewayDiskLies } });
        DutyRoom = new DutyRoomMachine(this, new SimulatedDisk(_dice.Fork()) { Faults = new() { LiesAboutSync = sabotage == Sabotage.DutyRoomDiskLies } });
        Network = new Network(this, _dice.Fork());
        Residents = new Residents(this, _dice.Fork());
        Promises = new Promises();
        Storm = new Storm(this, _dice.Fork());
        _calmAt = _dice.Between(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(90));
        if (dutyRoomFile is not null)
        {
            DutyRoom.Disk.Put(DutyRoomMachine.File, dutyRoomFile.Copy());
        }
    }

    public ulong Seed { get; }

    public Sabotage Sabotage { get; }

    public Schedule Schedule { get; }

    public GatewayMachine Gateway { get; }

    public DutyRoomMachine DutyRoom { get; }

    public Network Network { get; }

    public Residents Residents { get; }

    public Promises Promises { get; }

    public Storm Storm { get; }

    public IReadOnlyList<string> Failures => _failures;

    public Trace Trace => _trace;

    /// <summary>True until the last fault is over.</summary>
    public bool IsEventful => Schedule.Now < _calmAt;

    public Dictionary<string, int> Counted { get; } = new(StringComparer.Ordinal);

    public void Begin()
    {
        UseDisks();
        Schedule.After(TimeSpan.Zero, DutyRoom.Start);
        Schedule.After(_dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)), Gateway.Start);
        Storm.Plan(_calmAt);
        Schedule.At(_calmAt, () =>
        {
            Note("storm", "is over");
            Storm.End();
        });
    }

    public void UseDisks()
    {
        Randomness.Begin(_dice.Fork());
        SqliteVfs.Find = Find;
        SqliteVfs.Now = () => MachineClock.Beginning + Schedule.Now;
    }

    /// <summary>Lets the next thing happen; false at the end.</summary>
    public bool Step()
    {
        if (_isJudged || _failures.Count > 0)
        {
            return false;
        }

        try
        {
            if (!Schedule.Step() || ++_steps > StepsAtMost)
            {
                Fail(_steps > StepsAtMost ? "too much happens: something goes round in circles" : "nothing happens any more");
            }
        }
        catch (Exception e)
        {
            Fail($"a fault nobody caught: {e}");
        }

        if (!IsEventful && !_isEnding)
        {
            LookForTheEnd();
        }

        return true;
    }

    private void LookForTheEnd()
    {
        var (drained, run) = (Gateway.IsDrained && DutyRoom.IsUp && Residents.IsAllSafe, Gateway.Run);
        if (!drained)
        {
            _drainedSince = null;
        }
        else if (_drainedSince is null || _drainedSince.Value.Run != run)
        {
            // What has just begun may have more to say.
            _drainedSince = (run, Schedule.Now);
            Schedule.After(SettlesIn, () => { });
        }
        else if (Schedule.Now - _drainedSince.Value.At >= SettlesIn)
        {
            _isEnding = true;
            Note("world", "drained", (long)(Schedule.Now - _calmAt).TotalMilliseconds);
            // The last trial: what was said to be on disk must outlive a power cut at this moment.
            DutyRoom.LoseWhatIsNotSynced();
            Schedule.After(TimeSpan.FromMilliseconds(1), Judge);
        }

        if (!drained && Schedule.Now > _calmAt + DrainsWithin)
        {
            Fail(string.Create(CultureInfo.InvariantCulture,
                $"not drained {DrainsWithin.TotalSeconds} s after the last fault: gateway up {Gateway.IsUp}, duty room up {DutyRoom.IsUp}, {Gateway.Waiting} events wait, {Residents.Said.Count(m => !m.IsSafe)} messages are not safe"));
        }
    }

    private void Judge()
    {
        DutyRoom.Start();
        if (DutyRoom.IsUp)
        {
            foreach (var wrong in Verdict.Of(this))
            {
                Fail(wrong);
            }
        }
        else
        {
            Fail("the duty room does not start on the disk that a power cut left");
        }

        _isJudged = true;
    }

    /// <summary>Turns everything off, so that the next seed finds nothing of this one.</summary>
    public void End()
    {
        foreach (var machine in new Machine[] { Gateway, DutyRoom })
        {
            if (!machine.IsOff)
            {
                machine.LoseWhatIsNotSynced();
            }
        }

        // What is to be released stands at this moment, behind it only what nobody waits for.
        var now = Schedule.Now;
        while (Schedule.Now <= now && Schedule.Step())
        {
        }
    }

    public void RestartSoon(Machine machine)
    {
        if (machine == Gateway && (Gateway.HasUnstored || machine.Disk.Faults.IsFull || machine.Disk.Faults.Refuses > 0))
        {
            Residents.NoteUnstored();
        }

        Schedule.After(_dice.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(_dice.Of(1, 8))), () =>
        {
            Storm.MayDisturbTheStart(machine);
            machine.Start();
        });
    }

    public void Fail(string what)
    {
        Note("world", "FAILS", 0, what);
        _failures.Add(what);
    }

    public void Note(string where, string what, long number = 0, string? detail = null)
    {
        Counted[what] = Counted.GetValueOrDefault(what) + 1;
        _trace.Note(Schedule.Now, where, what, number, detail);
    }

    public ILogger<T> Logger<T>(string machine) => _keepsWords ? new TracingLogger<T>(this, machine) : NullLogger<T>.Instance;

    private (Mount, string)? Find(string path)
    {
        // /machine/run/file
        var parts = path.Split('/');
        var machine = parts is ["", var name, ..] && name == Gateway.Name ? (Machine)Gateway : DutyRoom;
        return parts.Length == 4 && machine.Mount is { } mount && parts[2] == machine.Run.ToString(CultureInfo.InvariantCulture) ? (mount, parts[3]) : null;
    }

    /// <summary>The programs' own words, for people who read a trace; no part of its fingerprint.</summary>
    private sealed class TracingLogger<T>(World world, string machine) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => world._trace.Say(world.Schedule.Now, machine, $"  | {formatter(state, exception)}{(exception is null ? "" : " (" + exception.Message + ")")}");
    }
}
