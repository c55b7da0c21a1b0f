using System.Globalization;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Benchmarks;

/// <summary>A gateway that was killed with a backlog: process start → the first event at the duty room → the last one.</summary>
internal static class Drain
{
    public static async Task<int> RunAsync(int events, int runs)
    {
        Figures.PrintHeader($"a gateway killed with {events} undelivered events starts again");
        for (var run = 0; run < runs; run++)
        {
            await using var backlog = await Backlog.MakeAsync(events);
            using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(5), TimeProvider.System);
            var (before, waiting) = (backlog.SeenBefore, backlog.Events);
            var start = TimeProvider.System.GetTimestamp();
            backlog.Estate.StartGateway();
            var first = await SeenAsync(backlog, before + 1, start, stop.Token);
            var last = await SeenAsync(backlog, before + waiting, start, stop.Token);
            var (life, property) = await backlog.OrderAsync();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"start → delivery continues {first / 1000:F2} s; {waiting} events within {(last - first) / 1000:F2} s of it, {waiting / ((last - first) / 1000):F0} events/s; the last alarm of life {(life <= property ? "before" : "AFTER")} the first of property"));
        }

        return 0;
    }

    private static async Task<double> SeenAsync(Backlog backlog, long count, long start, CancellationToken stop)
    {
        while (await Backlog.SeenAsync(backlog.Estate) < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
        }

        return Sending.Milliseconds(start, TimeProvider.System.GetTimestamp());
    }
}
