namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>What is asked of one slave at one interval, and when next.</summary>
internal sealed class SlavePoll(ModbusSlave slave, TimeSpan interval, IReadOnlyList<PolledDevice> devices, IReadOnlyList<PolledPoint> points)
{
    // Below this a question is too quick to be in anybody's way.
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PatienceWithDead = TimeSpan.FromSeconds(60);

    private const int MuchQuicker = 3;

    private readonly List<ReadGroup> _groups = [.. ReadGroup.Of(points)];
    private readonly Dictionary<Courtyards.Device, PolledDevice> _byDevice = devices.ToDictionary(d => d.Device);

    public ModbusSlave Slave { get; } = slave;

    public IReadOnlyList<PolledDevice> Devices { get; } = devices;

    public IReadOnlyList<ReadGroup> Groups => _groups;

    public TimeSpan Due { get; private set; }

    /// <summary>How long the line will be taken.</summary>
    public TimeSpan Expected => Slave.Failures > 0 ? Slave.Expected : Slave.Expected * _groups.Count;

    /// <summary>How long a question may be put off for the sake of the others on the line; a slow slave gets a third of it at most.</summary>
    private TimeSpan Patience
    {
        get
        {
            var usual = interval > LeastPatience ? interval : LeastPatience;
            return Slave.IsDead ? PatienceWithDead : usual > Expected * 2 ? usual : Expected * 2;
        }
    }

    public PolledDevice Of(PolledPoint point) => _byDevice[point.Device];

    /// <summary>The slave does not give these together: from now on each is asked for alone.</summary>
    public IReadOnlyList<ReadGroup> Split(ReadGroup group)
    {
        ReadGroup[] single = [.. group.Singly()];
        _groups.Remove(group);
        _groups.AddRange(single);
        return single;
    }

    public void AskAgainAfter(TimeSpan pause, TimeSpan now) => Due = now + pause;

    /// <summary>The next question in step with the last; what was missed is not made up for.</summary>
    public void AskInStep(TimeSpan now)
    {
        Due += interval;
        if (Due <= now)
        {
            Due = now + interval;
        }
    }

    public TimeSpan PauseAfterFailure(double random) => Slave.Failed(interval, random);

    /// <summary>
    /// Which question is next, and when. One that will hold the line for long waits until no quick one would become late by it,
    /// but not for ever.
    /// </summary>
    public static (SlavePoll Poll, TimeSpan At) Next(IReadOnlyList<SlavePoll> polls, TimeSpan now)
    {
        SlavePoll? best = null, soonest = null;
        foreach (var poll in polls)
        {
            if (poll.Due > now)
            {
                soonest = soonest is null || poll.Due < soonest.Due ? poll : soonest;
            }
            else if ((best is null || poll.Due < best.Due) && !poll.IsInTheWay(polls, now))
            {
                best = poll;
            }
        }

        // Whatever is held back is held back by a quicker one, and the quickest is not: it is due, or it will be.
        return best is not null ? (best, now) : (soonest!, soonest!.Due);
    }

    private bool IsInTheWay(IReadOnlyList<SlavePoll> polls, TimeSpan now)
    {
        if (Expected <= Quick || now - Due > Patience)
        {
            return false;
        }

        var end = now + Expected;
        return polls.Any(p => p != this && p.Due < end && p.Expected * MuchQuicker < Expected);
    }
}
