using SmartCourtyard.Simulation.Disk;

namespace SmartCourtyard.Simulation;

/// <summary>What became of one seed.</summary>
internal sealed record Outcome(ulong Seed, IReadOnlyList<string> Failures, ulong Fingerprint, long Events, TimeSpan Simulated, IReadOnlyList<string> Lines, IReadOnlyDictionary<string, int> Counted);

/// <summary>
/// Plays seeds, one after the other. Everything runs on the pool's only thread; simulated time goes on when nothing is left to do at the
/// moment, so the order of events follows from the seed.
/// </summary>
internal sealed class Runner
{
    private static readonly TimeSpan HangsAfter = TimeSpan.FromSeconds(60);
    private readonly SimulatedFile _dutyRoomFile;

    public Runner()
    {
        OneThread();
        Simulation.Randomness.Install();
        SqliteVfs.Install();
        NoPruning();
        _dutyRoomFile = MakeDutyRoomFile();
    }

    public Outcome Run(ulong seed, Sabotage sabotage = Sabotage.None, bool keepsWords = false)
    {
        var world = new World(seed, sabotage, keepsWords, _dutyRoomFile);
        var turn = new Turn(world.Begin, world.Step, world.End);
        turn.RunToTheEnd(HangsAfter, () => $"seed {seed} hangs at {world.Schedule.Now}\n" + string.Join('\n', world.Trace.Lines));
        return new Outcome(seed, world.Failures, world.Trace.Fingerprint, world.Trace.Count, world.Schedule.Now, world.Trace.Lines, world.Counted);
    }

    /// <summary>
    /// One pool thread: the order in which things happen follows from the seed alone. Asked for here and not by the program's settings,
    /// which the test host of this same assembly would obey too, and wait for itself.
    /// </summary>
    private static void OneThread()
    {
        ThreadPool.GetMinThreads(out _, out var ports);
        if (ThreadPool.ThreadCount > 1 || !ThreadPool.SetMinThreads(1, ports) || !ThreadPool.SetMaxThreads(1, ports))
        {
            throw new InvalidOperationException("the pool must have one thread; start the simulation by its own program");
        }
    }

    /// <summary>A duty room's database as its program makes it at the first start; made once, for it takes long.</summary>
    private static SimulatedFile MakeDutyRoomFile()
    {
        var world = new World(0, Sabotage.None, keepsWords: false, null);
        var made = false;
        byte[] file = [];
        new Turn(
            () =>
            {
                world.UseDisks();
                world.DutyRoom.Start();
                // Whoever closes last moves the log into the file.
                Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
                _ = world.DutyRoom.StopInOrderAsync();
            },
            () =>
            {
                var more = !made;
                made = true;
                return more;
            },
            () =>
            {
                world.Schedule.Step();
                file = world.DutyRoom.Disk.Backup()[Machines.DutyRoomMachine.File];
            }).RunToTheEnd(HangsAfter, () => "the duty room's database cannot be made");
        return SimulatedFile.Of(file);
    }

    /// <summary>The one timer of real time in reach: it looks after pools that are gone by then.</summary>
    private static void NoPruning()
    {
        const System.Reflection.BindingFlags Any = System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public
            | System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Instance;
        var factory = typeof(Microsoft.Data.Sqlite.SqliteConnection).Assembly.GetType("Microsoft.Data.Sqlite.SqliteConnectionFactory");
        var instance = factory?.GetField("Instance", Any)?.GetValue(null);
        (factory?.GetFields(Any).FirstOrDefault(f => f.FieldType == typeof(Timer))?.GetValue(instance) as Timer
            ?? throw new PlatformNotSupportedException("the pool of connections keeps its timer elsewhere")).Dispose();
    }

    private sealed class Turn(Action begin, Func<bool> step, Action end) : IThreadPoolWorkItem
    {
        private readonly ManualResetEventSlim _isDone = new();
        private bool _hasBegun;
        private bool _ends;
        private Exception? _fault;

        public void RunToTheEnd(TimeSpan atMost, Func<string> hangs)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            if (!_isDone.Wait(atMost))
            {
                throw new TimeoutException(hangs());
            }

            if (_fault is not null)
            {
                throw new InvalidOperationException("the simulation itself failed", _fault);
            }
        }

        public void Execute()
        {
            // Behind everything that is to be done at this moment.
            if (ThreadPool.PendingWorkItemCount == 0 && !Go())
            {
                _isDone.Set();
                return;
            }

            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        private bool Go()
        {
            try
            {
                if (!_hasBegun)
                {
                    _hasBegun = true;
                    begin();
                    return true;
                }

                if (!_ends && step())
                {
                    return true;
                }

                var first = !_ends;
                _ends = true;
                if (first)
                {
                    end();
                }

                return first;
            }
            catch (Exception e)
            {
                _fault = e;
                return false;
            }
        }
    }
}
