using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Tests.Watch;

namespace SmartCourtyard.Gateway.Tests.Journal;

/// <summary>
/// A program that appends to a journal for ever and prints which events are on disk, made to be killed or to have its disk taken
/// away. Several givers append at once, as connections do.
/// </summary>
internal static class AppendingProgram
{
    private const int Givers = 4;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private static async Task<int> Main(string[] arguments)
    {
        using var store = JournalStore.Open(arguments[0]);
        using var journal = new EventJournal(store, TimeProvider.System, NullLogger<EventJournal>.Instance)
        {
            StorageFailing = (failing, _) => Say($"failing {failing}"),
        };
        await journal.StartAsync(CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, Givers).Select(_ => AppendAsync(journal)));
        return 0;
    }

    private static async Task AppendAsync(EventJournal journal)
    {
        await Task.Yield();
        while (true)
        {
            // Two events of one judgement: both are there afterwards, or neither.
            var (first, second) = (Estate.AlarmEvent(TimeProvider.System.GetUtcNow()), Estate.OtherEvent(TimeProvider.System.GetUtcNow()));
            var stored = await journal.AppendAsync(Estate.Entry(first, second), CancellationToken.None);
            Say($"{(stored ? "stored" : "refused")} {first.Id} {second.Id}");
            await Task.Delay(Pace, TimeProvider.System);
        }
    }

    private static void Say(string line)
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
