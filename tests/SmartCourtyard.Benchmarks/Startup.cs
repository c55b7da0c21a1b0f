using System.Globalization;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Benchmarks;

/// <summary>Process start → the first alarm on the stream: it waits in the broker when the gateway starts.</summary>
internal static class Startup
{
    public static async Task<int> RunAsync(int devices, int runs)
    {
        Figures.PrintHeader($"start with {devices} devices → first alarm through");
        await using var estate = await Estate.StartAsync(TestSite.Of(devices, "smoke-detector"));
        var times = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            await estate.Gateway!.KillAsync();
            var device = estate.Site.Devices[run];
            await estate.PublishAsync(device.Topic, """{"smoke":true}""");
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
            var stream = estate.Board.StreamAsync(null, stop.Token).GetAsyncEnumerator(stop.Token);
            await stream.MoveNextAsync();
            var start = TimeProvider.System.GetTimestamp();
            estate.StartGateway();
            do
            {
                await stream.MoveNextAsync();
            }
            while (stream.Current.Type != "alarm" || stream.Current.Data.GetProperty("device").GetString() != device.Id);
            times.Add(Sending.Milliseconds(start, TimeProvider.System.GetTimestamp()));
            await stop.CancelAsync();
        }

        new Figures("gateway: start → alarm on the stream", times).Print();
        await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"resident memory idle, MB: gateway {estate.Gateway!.ResidentBytes >> 20}, duty room {estate.DutyRoom!.ResidentBytes >> 20}, broker {estate.Broker!.ResidentBytes >> 20}"));
        return 0;
    }
}
