using Microsoft.Extensions.Logging;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public sealed class RoundsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TestClock _clock = new(TestClock.Start);
    private readonly Lines _log = new();

    [Fact]
    public async Task A_store_that_takes_nothing_is_tried_every_round_and_named_once_a_minute()
    {
        using var rounds = new Scripted(_clock, _log);
        await rounds.StartAsync(CancellationToken.None);
        await HasTurnedAsync(rounds, 1);
        await TurnAsync(rounds, 149);
        Assert.Equal(150, rounds.Looked);
        Assert.Equal(3, _log.Count);

        rounds.IsWell = true;
        await TurnAsync(rounds, 5);
        rounds.IsWell = false;
        await TurnAsync(rounds, 5);
        Assert.Equal(4, _log.Count);
        await rounds.StopAsync(CancellationToken.None);
    }

    private async Task TurnAsync(Rounds rounds, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            var before = rounds.Turns;
            _clock.Advance(Second);
            await HasTurnedAsync(rounds, before + 1);
        }
    }

    private static Task<long> HasTurnedAsync(Rounds rounds, long times) => Until.Async(() => Task.FromResult(rounds.Turns), t => t == times);

    private sealed class Scripted(TimeProvider time, ILogger logger) : Rounds(Database.At("Data Source=nowhere"), time, Second, logger)
    {
        public int Looked { get; private set; }

        public bool IsWell { get; set; }

        protected override Task LookAsync(CancellationToken cancel)
        {
            Looked++;
            return IsWell ? Task.CompletedTask : throw new StoreUnavailableException("the disk is full");
        }
    }

    private sealed class Lines : ILogger
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Contains("the disk is full", formatter(state, exception), StringComparison.Ordinal);
            Count++;
        }
    }
}
