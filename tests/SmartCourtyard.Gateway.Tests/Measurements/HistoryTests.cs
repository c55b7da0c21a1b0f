using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Measurements;
using SmartCourtyard.Gateway.Tests.Journal;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Measurements;

public sealed class HistoryTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestClock _clock = new();
    private readonly ReadingFeed _feed = new();
    private History _history = null!;

    public Task InitializeAsync() => OpenAsync();

    public async Task DisposeAsync()
    {
        await CloseAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Readings_come_back_as_they_were_between_the_two_times()
    {
        await WriteAsync([.. Enumerable.Range(0, 10).Select(i => Estate.Air.Says(Quantity.Co2, 400 + i, At(i)))]);
        Assert.Equal([402, 403, 404], Read(Estate.Air, Quantity.Co2, At(2), At(5)).Select(s => s.Value));
        Assert.Equal(At(2), Read(Estate.Air, Quantity.Co2, At(2), At(5))[0].At);
        Assert.Empty(Read(Estate.Air, Quantity.Humidity, At(0), At(9)));
        Assert.Empty(Read(Estate.Gas, Quantity.Co2, At(0), At(9)));
        Assert.Equal([400, 401], _history.Read(Estate.Air.Id, Quantity.Co2, At(0), At(9), TimeSpan.Zero, most: 2).Select(s => s.Value));
    }

    [Fact]
    public async Task A_step_gives_the_mean_at_its_beginning_and_nothing_where_there_was_nothing()
    {
        await WriteAsync([.. new[] { 0, 20, 70, 200 }.Select(s => Estate.Air.Says(Quantity.Co2, s, At(s)))]);
        Assert.Equal(
            [new Sample(At(0), 10), new Sample(At(60), 70), new Sample(At(180), 200)],
            _history.Read(Estate.Air.Id, Quantity.Co2, At(0), At(1_000), TimeSpan.FromMinutes(1), 100));
    }

    [Fact]
    public async Task The_series_go_on_after_a_restart()
    {
        await WriteAsync(Estate.Air.Says(Quantity.Co2, 1, At(1)), Estate.Gas.Says(Quantity.Methane, 2, At(1)));
        await CloseAsync();
        await OpenAsync();
        await WriteAsync(Estate.Gas.Says(Quantity.Methane, 4, At(2)), Estate.Air.Says(Quantity.Co2, 3, At(2)));
        Assert.Equal([1, 3], Read(Estate.Air, Quantity.Co2, At(0), At(9)).Select(s => s.Value));
        Assert.Equal([2, 4], Read(Estate.Gas, Quantity.Methane, At(0), At(9)).Select(s => s.Value));
    }

    [Fact]
    public async Task What_came_in_the_last_moment_is_written_when_the_gateway_stops()
    {
        _feed.Add(Batch(Estate.Air.Says(Quantity.Co2, 7, At(1))));
        await CloseAsync();
        await OpenAsync();
        Assert.Equal([7], Read(Estate.Air, Quantity.Co2, At(0), At(9)).Select(s => s.Value));
    }

    [Fact]
    public async Task A_disk_that_refuses_costs_readings_but_neither_the_loop_nor_the_order_of_the_series()
    {
        await WriteAsync(Estate.Air.Says(Quantity.Co2, 1, At(1)));
        Execute("ALTER TABLE fresh RENAME TO away");
        // A point that is new in a write that fails.
        _feed.Add(Batch(Estate.Gas.Says(Quantity.Methane, 2, At(2))));
        await Eventually.Holds(_clock, 0.1, () => _feed.Waiting == 0, "taken");
        for (var i = 0; i < 20; i++)
        {
            _feed.Add(Batch(Estate.Gas.Says(Quantity.Methane, 2, At(2))));
            _clock.Advance(1);
        }

        await Eventually.Holds(_clock, 0.1, () => _feed.Waiting == 0, "taken");
        Assert.Equal(1, _history.Written);
        Execute("ALTER TABLE away RENAME TO fresh");

        await WriteAsync(Estate.Smoke.Says(Quantity.Battery, 90, At(3)), Estate.Gas.Says(Quantity.Methane, 4, At(3)));
        Assert.Equal([90], Read(Estate.Smoke, Quantity.Battery, At(0), At(9)).Select(s => s.Value));
        Assert.Equal(4, Read(Estate.Gas, Quantity.Methane, At(0), At(9))[^1].Value);
        Assert.Equal([1], Read(Estate.Air, Quantity.Co2, At(0), At(9)).Select(s => s.Value));
    }

    [Fact]
    public async Task A_pruning_that_fails_does_not_end_the_history()
    {
        Execute("ALTER TABLE fresh RENAME TO away");
        _clock.Advance(87_000);
        _feed.Add(Batch(Estate.Air.Says(Quantity.Co2, 1, At(1))));
        await Eventually.Holds(_clock, 0.1, () => _feed.Waiting == 0, "taken");
        Execute("ALTER TABLE away RENAME TO fresh");
        await WriteAsync(Estate.Air.Says(Quantity.Co2, 2, _clock.GetUtcNow()));
        Assert.Equal(TaskStatus.WaitingForActivation, _history.ExecuteTask!.Status);
    }

    [Fact]
    public async Task What_is_older_than_it_is_to_be_kept_is_forgotten_within_the_day()
    {
        await WriteAsync(Estate.Air.Says(Quantity.Co2, 1, At(-31 * 86_400)), Estate.Air.Says(Quantity.Co2, 2, At(-28 * 86_400)));
        Assert.Equal(2, Read(Estate.Air, Quantity.Co2, At(-40 * 86_400), At(0)).Count);
        _clock.Advance(87_000);
        await WriteAsync(Estate.Air.Says(Quantity.Co2, 3, At(1)));
        await Eventually.Holds(() => Read(Estate.Air, Quantity.Co2, At(-40 * 86_400), At(0)).Count == 1, "the oldest has gone");
    }

    [Fact]
    public async Task The_same_moment_said_twice_is_one_reading()
    {
        await WriteAsync(Estate.Air.Says(Quantity.Co2, 1, At(1)), Estate.Air.Says(Quantity.Co2, 2, At(1)));
        Assert.Equal([2], Read(Estate.Air, Quantity.Co2, At(0), At(9)).Select(s => s.Value));
    }

    [Fact]
    public async Task What_was_sorted_into_its_series_and_what_was_not_yet_are_one_series()
    {
        await WriteAsync([.. Enumerable.Range(0, 10).Select(i => Estate.Air.Says(Quantity.Co2, i, At(9 - i)))]);
        _clock.Advance(6 * 3_600 + 1);
        await WriteAsync(Estate.Air.Says(Quantity.Co2, 50, At(10)));
        await Eventually.Holds(() => Count("fresh") == 0 && Count("reading") == 11, "sorted");

        await WriteAsync(Estate.Air.Says(Quantity.Co2, 60, At(11)), Estate.Air.Says(Quantity.Co2, 70, At(5)));
        Assert.Equal([9, 8, 7, 6, 5, 70, 3, 2, 1, 0, 50, 60], Read(Estate.Air, Quantity.Co2, At(0), At(20)).Select(s => s.Value));
        await CloseAsync();
        await OpenAsync();
        Assert.Equal([9, 8, 7, 6, 5, 70, 3, 2, 1, 0, 50, 60], Read(Estate.Air, Quantity.Co2, At(0), At(20)).Select(s => s.Value));
    }

    private long Count(string table)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File("history.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the texts are this test's own
        command.CommandText = "SELECT count(*) FROM " + table;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    private static DateTimeOffset At(double seconds) => TestClock.Night.AddSeconds(seconds);

    private static HeardBatch Batch(params Reading[] readings) => Estate.Heard(custody: false, [.. readings.Select(r => (r, 0L, false))]);

    private Task OpenAsync()
    {
        _history = History.Open(_folder.File("history.db"), _feed, TimeSpan.FromDays(30), _clock, NullLogger<History>.Instance);
        return _history.StartAsync(CancellationToken.None);
    }

    private async Task CloseAsync()
    {
        await _history.StopAsync(CancellationToken.None);
        _history.Dispose();
    }

    private async Task WriteAsync(params Reading[] readings)
    {
        var before = _history.Written;
        _feed.Add(Batch(readings));
        await Eventually.Holds(_clock, 0.1, () => _history.Written >= before + readings.Length, "written");
    }

    private IReadOnlyList<Sample> Read(Device device, Quantity quantity, DateTimeOffset from, DateTimeOffset to)
        => _history.Read(device.Id, quantity, from, to, TimeSpan.Zero, 1_000);

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File("history.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the texts are this test's own
        command.CommandText = "PRAGMA busy_timeout = 5000; " + sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
