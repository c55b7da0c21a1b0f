using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using SmartCourtyard.Simulation.Disk;

namespace SmartCourtyard.Simulation.Machines;

/// <summary>How a machine stops when nobody asked it to.</summary>
internal enum Stop
{
    /// <summary>The program is killed; what it has written stays.</summary>
    Killed,
    /// <summary>Power is gone; what is not synced may be gone with it.</summary>
    PowerCut,
}

/// <summary>A machine with a program on it, that can stop at every point at which it reaches the world, and starts again.</summary>
internal abstract class Machine(string name, World world, SimulatedDisk disk)
{
    private int _effectsLeft = -1;
    private Stop _armed;
    private TimeSpan _wallShift;

    public string Name => name;

    public SimulatedDisk Disk => disk;

    /// <summary>Counts the starts; part of every path, so that what is left of an earlier run finds no file.</summary>
    public int Run { get; private set; }

    public Mount? Mount { get; private set; }

    public MachineClock? Clock { get; private set; }

    /// <summary>True from the end of its start to its stop.</summary>
    public bool IsUp { get; private set; }

    public bool IsOff => Mount is null or { IsOver: true };

    protected World World => world;

    protected CancellationTokenSource Stopping { get; private set; } = new();

    protected string Path(string file) => $"/{name}/{Run}/{file}";

    /// <summary>Stops at the n-th point from now at which it reaches disk or network.</summary>
    public void Arm(int effects, Stop how) => (_effectsLeft, _armed) = (effects, how);

    public void Disarm() => _effectsLeft = -1;

    /// <summary>Something reaches the world; false where the machine stops at this very point.</summary>
    public bool Happens(string what)
    {
        world.Note(name, what);
        if (_effectsLeft > 0 && --_effectsLeft == 0)
        {
            Crash(_armed);
            return false;
        }

        return true;
    }

    public void Start()
    {
        if (!IsOff)
        {
            return;
        }

        Run++;
        world.Note(name, "starts", Run);
        var run = Run;
        Mount = new Mount(disk, what => run == Run && Happens(what), world.Schedule.Pass) { Meanwhile = Meanwhile };
        Clock = new MachineClock(world.Schedule, _wallShift);
        Stopping = new CancellationTokenSource();
        try
        {
            Begin(Clock);
            IsUp = !Mount.IsOver;
            world.Note(name, IsUp ? "is up" : "stopped while it started", Run);
        }
        catch (SqliteException e)
        {
            world.Note(name, "cannot start", e.SqliteExtendedErrorCode);
            if (!Mount.IsOver)
            {
                Crash(Stop.Killed);
            }
        }
    }

    public void Crash(Stop how)
    {
        if (IsOff)
        {
            return;
        }

        world.Note(name, how == Stop.PowerCut ? "loses power" : "is killed", Run);
        End();
        if (how == Stop.PowerCut)
        {
            disk.CutPower();
        }
        else
        {
            disk.Rest();
        }

        world.RestartSoon(this);
    }

    /// <summary>Somebody restarts the program in good order.</summary>
    public async Task StopInOrderAsync()
    {
        if (!IsUp)
        {
            return;
        }

        var run = Run;
        IsUp = false;
        world.Note(name, "is asked to stop", Run);
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (Mount!.IsOver || run != Run)
        {
            // It crashed on the way.
            world.Note(name, "stopped while it ended: " + e.GetType().Name);
        }

        if (run == Run && !Mount!.IsOver)
        {
            world.Note(name, "has stopped", Run);
            End();
            disk.Rest();
            world.RestartSoon(this);
        }
    }

    /// <summary>The last trial: power is gone, and with it everything that is not synced.</summary>
    public void LoseWhatIsNotSynced()
    {
        End();
        disk.CutPower(loseAll: true);
    }

    public void SetWall(TimeSpan by) => Clock?.SetWall(by);

    public void Sleep(TimeSpan time) => Clock?.Sleep(time);

    protected virtual void Meanwhile()
    {
    }

    /// <summary>Starts the program; a database that does not open ends it.</summary>
    protected abstract void Begin(MachineClock clock);

    protected abstract Task CloseAsync();

    /// <summary>Frees what the run held outside of the runtime's memory; it has no effect any more.</summary>
    protected abstract void Release();

    protected static async Task StopAsync(IEnumerable<IHostedService> services)
    {
        foreach (var service in services.Reverse())
        {
            await service.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void End()
    {
        IsUp = false;
        Disarm();
        var (mount, clock, stopping) = (Mount!, Clock!, Stopping);
        mount.End();
        clock.End();
        _wallShift = clock.WallShift;
        // Not here: this may be inside one of the database's own calls.
        world.Schedule.After(TimeSpan.Zero, () =>
        {
            stopping.Cancel();
            Release();
            SqliteConnection.ClearAllPools();
            mount.Free();
        });
    }
}
