using SmartCourtyard.Simulation.Disk;
using SmartCourtyard.Simulation.Machines;

namespace SmartCourtyard.Simulation;

/// <summary>What goes wrong in one seed, and when. Each seed leaves some kinds of faults out, so that each is also seen alone.</summary>
internal sealed class Storm(World world, Dice dice)
{
    private TimeSpan _end;
    private double _disturbsStarts;
    private bool _isOver;

    private Machine[] Machines => [world.Gateway, world.DutyRoom];

    public void Plan(TimeSpan end)
    {
        _end = end;
        var quiet = dice.Falls(0.03);
        Some(dice.Between(8, 40), world.Residents.Speak);
        Burst();
        if (quiet)
        {
            return;
        }

        _disturbsStarts = dice.Of(0, 0, 0.3, 0.6);
        PlanNetwork();
        foreach (var machine in Machines)
        {
            PlanStops(machine);
            PlanDisk(machine);
            PlanClock(machine);
        }

        PlanGateway();
        PlanSabotage();
    }

    public void End()
    {
        _isOver = true;
        world.Network.Faults = new();
        foreach (var machine in Machines)
        {
            machine.Disarm();
            Heal(machine.Disk.Faults);
        }
    }

    /// <summary>A restart in the middle of a restart.</summary>
    public void MayDisturbTheStart(Machine machine)
    {
        if (!_isOver && dice.Falls(_disturbsStarts))
        {
            machine.Arm(dice.Between(1, 60), How());
        }
    }

    private void PlanNetwork()
    {
        if (dice.Falls(0.7))
        {
            var faults = world.Network.Faults;
            faults.DelayAtMost = TimeSpan.FromMilliseconds(dice.Of(5, 200, 3_000, 12_000));
            faults.LosesRequest = dice.Of(0, 0.05, 0.3);
            faults.LosesAnswer = dice.Of(0, 0.05, 0.3);
            faults.Doubles = dice.Of(0, 0.1, 0.5);
            faults.AnswersItself = dice.Of(0, 0, 0.1, 0.3);
        }

        if (dice.Falls(0.4))
        {
            Span(dice.Between(1, 3), TimeSpan.FromSeconds(40), () => world.Network.Faults.IsCut = true, () => world.Network.Faults.IsCut = false, "network cut");
        }
    }

    private void PlanStops(Machine machine)
    {
        if (dice.Falls(0.5))
        {
            Some(dice.Between(1, 4), () => machine.Crash(How()));
        }

        if (dice.Falls(0.6))
        {
            Some(dice.Between(1, 6), () => machine.Arm(dice.Between(1, dice.Of(5, 40, 300)), How()));
        }

        if (dice.Falls(0.3))
        {
            Some(dice.Between(1, 2), () => _ = machine.StopInOrderAsync());
        }
    }

    private void PlanDisk(Machine machine)
    {
        var faults = machine.Disk.Faults;
        if (dice.Falls(0.3))
        {
            faults.SyncTakes = TimeSpan.FromMilliseconds(dice.Of(5, 50, 1500));
        }

        if (dice.Falls(0.25))
        {
            Span(dice.Between(1, 3), TimeSpan.FromSeconds(20), () => faults.IsFull = true, () => faults.IsFull = false, machine.Name + " disk full");
        }

        if (dice.Falls(0.25))
        {
            var often = dice.Of(0.02, 0.2, 1);
            Span(dice.Between(1, 3), TimeSpan.FromSeconds(15), () => faults.Refuses = often, () => faults.Refuses = 0, machine.Name + " disk refuses");
        }
    }

    private void PlanClock(Machine machine)
    {
        if (dice.Falls(0.3))
        {
            Some(dice.Between(1, 3), () => machine.SetWall(dice.Of(
                TimeSpan.FromHours(-8), TimeSpan.FromDays(-400), TimeSpan.FromSeconds(-2), TimeSpan.FromSeconds(3), TimeSpan.FromHours(8), TimeSpan.FromDays(30))));
        }

        if (dice.Falls(0.2))
        {
            Some(dice.Between(1, 2), () => machine.Sleep(dice.Of(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(70), TimeSpan.FromHours(25))));
        }
    }

    private void PlanGateway()
    {
        if (dice.Falls(0.4))
        {
            Some(dice.Between(1, 4), () => _ = world.Gateway.ReloadAsync(
                world.Gateway.Courtyard.Devices.Select(d => d.Id).Where(_ => dice.Falls(0.8)).ToHashSet(StringComparer.Ordinal)));
        }

        if (dice.Falls(0.4))
        {
            Some(dice.Between(1, 6), world.Residents.SpeakAgain);
        }
    }

    private void PlanSabotage()
    {
        var machine = world.Sabotage switch
        {
            Sabotage.DutyRoomRestoredFromBackup => world.DutyRoom,
            Sabotage.GatewayRestoredFromBackup => (Machine)world.Gateway,
            _ => null,
        };
        if (machine is not null)
        {
            Dictionary<string, byte[]> backup = [];
            world.Schedule.At(_end / 3, () => backup = machine.Disk.Backup());
            world.Schedule.At(_end * 0.8, () =>
            {
                machine.Crash(Stop.Killed);
                machine.Disk.Restore(backup);
            });
        }
    }

    private void Burst()
    {
        if (dice.Falls(0.3))
        {
            var many = dice.Between(5, 30);
            Some(1, () =>
            {
                for (var i = 0; i < many; i++)
                {
                    world.Residents.Speak();
                }
            });
        }
    }

    private void Some(int times, Action happens)
    {
        for (var i = 0; i < times; i++)
        {
            world.Schedule.At(dice.Between(TimeSpan.FromSeconds(0.1), _end), happens);
        }
    }

    private void Span(int times, TimeSpan atMost, Action begin, Action end, string what)
    {
        for (var i = 0; i < times; i++)
        {
            var from = dice.Between(TimeSpan.Zero, _end);
            world.Schedule.At(from, () =>
            {
                world.Note("storm", "begins", 0, what);
                begin();
            });
            world.Schedule.At(from + dice.Between(TimeSpan.FromSeconds(0.2), atMost), () =>
            {
                world.Note("storm", "ends", 0, what);
                end();
            });
        }
    }

    private Stop How() => dice.Falls(0.6) ? Stop.PowerCut : Stop.Killed;

    private static void Heal(DiskFaults faults) => (faults.IsFull, faults.Refuses, faults.SyncTakes) = (false, 0, TimeSpan.Zero);
}
