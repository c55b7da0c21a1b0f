using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Chaos;

/// <summary>Something that goes wrong for a while and is good again.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Victim">What it is done to; one fault at a time is done to each.</param>
/// <param name="Longest">How long it lasts at most.</param>
/// <param name="Begin">Makes it so; given a number from 0 to 1 for how much.</param>
/// <param name="End">Makes it good again.</param>
internal sealed record Fault(string Name, string Victim, TimeSpan Longest, Func<double, Task> Begin, Func<Task> End)
{
    private const string Gateway = "gateway";
    private const string DutyRoom = "duty room";
    private const string Broker = "broker";
    private const string Line = "line";
    private const string Store = "store";

    /// <summary>All that can be done to this ground.</summary>
    public static IReadOnlyList<Fault> All(Ground ground)
    {
        var estate = ground.Estate;
        return
        [
            Kill(Gateway, () => estate.Gateway!, estate.StartGateway), Kill(DutyRoom, () => estate.DutyRoom!, estate.StartDutyRoom),
            Kill(Broker, () => estate.Broker!, estate.StartBroker),
            Freeze(Gateway, () => estate.Gateway!, 8), Freeze(DutyRoom, () => estate.DutyRoom!, 20), Freeze(Broker, () => estate.Broker!, 5),
            new($"cut the {Line}", Line, Seconds(15), _ => ground.Uplink.CutAsync(), ground.Uplink.MendAsync),
            new($"slow the {Line}", Line, Seconds(12), much => Done(() => ground.Uplink.Slow(Seconds(0.05 + (much * 2)))), () => Done(() => ground.Uplink.Slow(TimeSpan.Zero))),
            new($"break the {Line}", Line, Seconds(0.5), _ => Done(ground.Uplink.Break), () => Done(ground.Uplink.Break)),
            .. Fill(Gateway, ground.GatewayDisk), .. Fill(DutyRoom, ground.DutyRoomDisk),
            .. Stop(estate.Postgres), .. Move(Gateway, ground.GatewayClock), .. Move(DutyRoom, ground.DutyRoomClock),
        ];
    }

    private static Fault Kill(string program, Func<RunningProgram> running, Action start) => new(
        $"kill the {program}", program, Seconds(2),
        async _ =>
        {
            await running().KillAsync();
            await running().DisposeAsync();
        },
        () => Done(start));

    private static Fault Freeze(string program, Func<RunningProgram> running, double longest)
        => new($"freeze the {program}", program, Seconds(longest), _ => Done(() => running().Freeze()), () => Done(() => running().Thaw()));

    private static IEnumerable<Fault> Fill(string program, SmallDisk? disk)
        => disk is null ? [] : [new($"fill the {program}'s disk", program + "'s disk", Seconds(12), _ => disk.FillAsync(), () => Done(disk.Empty))];

    private static IEnumerable<Fault> Stop(PostgresServer? store) => store is null ? [] :
    [
        new("stop the store at once", Store, Seconds(5), _ => store.StopAtOnceAsync(), store.StartAgainAsync),
        new("kill a session of the store", Store, Seconds(0.5), async _ => await store.KillSessionAsync(), () => Task.CompletedTask),
        new("freeze the store", Store, Seconds(10), _ => store.FreezeAsync(), store.ThawAsync),
    ];

    private static IEnumerable<Fault> Move(string program, WallClock? clock) => clock is null ? [] :
    [
        // From three hours behind to three hours ahead; at the end it leaps back.
        new($"move the {program}'s clock", program + "'s clock", Seconds(15), much => Done(() => clock.Move(Seconds((much - 0.5) * 21_600))), () => Done(() => clock.Move(TimeSpan.Zero))),
    ];

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
