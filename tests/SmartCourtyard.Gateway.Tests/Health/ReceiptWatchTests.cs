using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Health;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Health;

/// <summary>What the gateway says of receipts that do not come.</summary>
public sealed class ReceiptWatchTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly List<(string Part, bool Stands, string? Detail)> _told = [];
    private readonly ReceiptWatch _watch;
    private Alarm[] _alarms = [];

    public ReceiptWatchTests() => _watch = new ReceiptWatch(
        () => _alarms,
        (reason, part, stands, detail, _) =>
        {
            Assert.Equal(TroubleReason.ReceiptOverdue, reason);
            _told.Add((part, stands, detail));
            return ValueTask.CompletedTask;
        },
        _clock);

    public void Dispose() => _watch.Dispose();

    [Fact]
    public async Task An_alarm_that_is_not_stored_in_10_s_is_a_trouble_until_it_is()
    {
        _alarms = [Of(Receipts.None)];
        await PassAsync(10);
        Assert.Empty(_told);
        await PassAsync(1);
        var (part, stands, detail) = Assert.Single(_told);
        Assert.Equal(("receipt stored", true), (part, stands));
        Assert.Contains("1 of the alarms here are not stored in the duty room, the oldest that of b03-u1-301-smoke from 2026-11-22T04:30:00Z", detail, StringComparison.Ordinal);

        _alarms = [Of(new Receipts(Stored: _clock.GetUtcNow()))];
        await PassAsync(1);
        Assert.Equal(("receipt stored", false, null), _told[^1]);
    }

    [Fact]
    public async Task One_that_is_stored_and_shown_by_nobody_is_a_trouble_after_15_s_more()
    {
        _alarms = [Of(new Receipts(Stored: _clock.GetUtcNow()))];
        await PassAsync(15);
        Assert.Empty(_told);
        await PassAsync(1);
        Assert.Equal(("receipt shown", true), _told.Single() is var t ? (t.Part, t.Stands) : default);
        _alarms = [Of(new Receipts(Stored: _clock.GetUtcNow(), Shown: _clock.GetUtcNow()))];
        await PassAsync(1);
        Assert.Equal(("receipt shown", false, null), _told[^1]);
    }

    [Fact]
    public async Task What_is_shown_or_answered_or_done_with_or_a_test_waits_for_nothing()
    {
        var now = _clock.GetUtcNow();
        _alarms =
        [
            Of(new Receipts(Stored: now, Shown: now)), Of(new Receipts(Stored: now, Acknowledged: now)), Of(new Receipts(Resolved: now)), Of(Receipts.None, test: true),
        ];
        await PassAsync(60);
        Assert.Empty(_told);
    }

    private async Task PassAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            await _watch.LookAsync(CancellationToken.None);
            _clock.Advance(1);
        }
    }

    private static Alarm Of(Receipts receipts, bool test = false) => new(
        Guid.CreateVersion7(TestClock.Night).ToString(), AlarmKind.Smoke, "b03-u1-301-smoke", new Place(), Quantity.Smoke, 1, TestClock.Night,
        AlarmCondition.Active, 1, test, receipts);
}
