using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Journal;

public sealed class HealthKeeperTests : IDisposable
{
    private static readonly DeviceMemory Memory = new(
        "gas", "gas-detector", TestClock.Night, TestClock.Night.AddHours(1), 71, false, 120, null,
        [new KeptMinima("methane", [0.1, 0.2], [], 0.3, TimeSpan.FromHours(3))]);

    private readonly TestClock _clock = new();
    private readonly TemporaryFolder _folder = new();
    private int _asked;

    private string FilePath => Path.Combine(_folder.Path, "health.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_known_is_written_every_ten_minutes_and_when_the_gateway_stops()
    {
        using var keeper = new HealthKeeper(FilePath, Remember, _clock, NullLogger<HealthKeeper>.Instance);
        await keeper.StartAsync(CancellationToken.None);
        await Eventually.Holds(() => _clock.NextDue is not null, "waits");
        _clock.Advance(599);
        Assert.False(File.Exists(FilePath));
        await Eventually.Holds(_clock, 1, () => File.Exists(FilePath), "written");
        File.Delete(FilePath);
        await keeper.StopAsync(CancellationToken.None);

        var back = HealthStore.Read(FilePath, out var unreadable).Single();
        Assert.Null(unreadable);
        Assert.Equal((Memory with { Minima = null }, 2), (back with { Minima = null }, _asked));
        Assert.Equal(("methane", 0.3, TimeSpan.FromHours(3)), (back.Minima![0].Quantity, back.Minima[0].Today, back.Minima[0].TodayFor));
        Assert.Equal([0.1, 0.2], back.Minima[0].First);
    }

    [Fact]
    public async Task A_watch_that_does_not_answer_holds_up_no_stop()
    {
        using var keeper = new HealthKeeper(
            FilePath, async stop => { await Task.Delay(Timeout.InfiniteTimeSpan, _clock, stop); return []; }, _clock, NullLogger<HealthKeeper>.Instance);
        await keeper.StartAsync(CancellationToken.None);
        var stopping = keeper.StopAsync(CancellationToken.None);
        await Eventually.Holds(_clock, 1, () => stopping.IsCompleted, "stopped");
        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public void Troubles_that_stand_are_in_the_journal_and_those_that_ended_are_not()
    {
        var fault = new Trouble("t1", TroubleReason.Fault, Estate.Gas, TestClock.Night);
        var lost = new Trouble("t2", TroubleReason.BrokerLost, null, TestClock.Night, "no answer");
        using (var store = JournalStore.Open(_folder.File("journal.db")))
        {
            var write = new JournalWrite();
            write.Troubles["t1"] = new TroubleChange(true, fault);
            write.Troubles["t2"] = new TroubleChange(true, lost);
            store.Commit(write);
            write.Clear();
            write.Troubles["t1"] = new TroubleChange(false, fault);
            store.Commit(write);
        }

        using var again = JournalStore.Open(_folder.File("journal.db"));
        Assert.Equal([KeptTrouble.Of(lost)], again.ReadTroubles());
    }

    [Fact]
    public void Without_a_file_nothing_is_known_and_nothing_is_wrong()
    {
        Assert.Empty(HealthStore.Read(FilePath, out var unreadable));
        Assert.Null(unreadable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"WrittenAt\":\"2026")]
    [InlineData("[]")]
    public void A_damaged_file_is_said_and_the_devices_begin_anew(string text)
    {
        File.WriteAllText(FilePath, text);
        Assert.Empty(HealthStore.Read(FilePath, out var unreadable));
        Assert.NotNull(unreadable);
    }

    private ValueTask<IReadOnlyList<DeviceMemory>> Remember(CancellationToken stop)
    {
        _asked++;
        return ValueTask.FromResult<IReadOnlyList<DeviceMemory>>([Memory]);
    }
}
