using System.Globalization;
using System.Runtime.InteropServices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.Pairing;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Gateway;

/// <summary>The command that lets new Zigbee devices in for some minutes and tells who came.</summary>
internal static class PairCommand
{
    private const int MinutesAtMost = 4;

    /// <summary>0 when the network was opened and is closed again.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (Minutes(arguments) is not { } minutes)
        {
            await errors.WriteLineAsync($"pair --minutes N: N is a whole number from 1 to {MinutesAtMost} (Zigbee lets in for 254 s at most)").ConfigureAwait(false);
            return 1;
        }

        var configuration = new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().Build();
        var (mqtt, mistakes) = GatewayOptions.ReadMqtt(configuration);
        foreach (var mistake in mistakes)
        {
            await errors.WriteLineAsync(mistake).ConfigureAwait(false);
        }

        if (mistakes.Count > 0)
        {
            return 1;
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Close(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Close(signal, stop));
        // A terminal that closes or a connection to it that breaks must not leave the network open either.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Close(signal, stop));
        var access = new BrokerAccess(mqtt.Host, mqtt.Port, mqtt.Tls, mqtt.CaFile, mqtt.User, mqtt.Password);
        return await PairAsync(access, minutes * 60, output, errors, stop.Token).ConfigureAwait(false);
    }

    /// <summary>Pairs and writes one line a step.</summary>
    public static async Task<int> PairAsync(BrokerAccess access, int seconds, TextWriter output, TextWriter errors, CancellationToken stop)
    {
        var problem = await new ZigbeePairing(access, TimeProvider.System).RunAsync(
            seconds,
            () => output.WriteLine($"open for {seconds} s: press the new device's button now; Ctrl-C closes early"),
            news => output.WriteLine(Line(news)),
            stop).ConfigureAwait(false);
        if (problem is not null)
        {
            await errors.WriteLineAsync(problem).ConfigureAwait(false);
            return 1;
        }

        await output.WriteLineAsync("closed").ConfigureAwait(false);
        return 0;
    }

    private static void Close(PosixSignalContext signal, CancellationTokenSource stop)
    {
        // The network must be closed before the program ends.
        signal.Cancel = true;
        stop.Cancel();
    }

    private static string Line(PairingNews news)
    {
        var model = $"{news.Vendor} {news.Model}".Trim();
        var what = news.Step switch
        {
            PairingStep.Joined => "has joined",
            PairingStep.Interviewing => "is being asked what it is",
            PairingStep.Ready => "is ready: its lines for the site file stand in GET /api/v1/unassigned",
            PairingStep.NotSupported => "has answered, but Zigbee2MQTT does not know this model",
            PairingStep.Failed => "did not answer: bring it nearer, wake it up and try again",
            _ => "has left",
        };
        return $"{news.Name}{(model.Length > 0 ? $" ({model})" : "")} {what}";
    }

    private static int? Minutes(string[] arguments) => arguments switch
    {
        [] => MinutesAtMost,
        ["--minutes", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && minutes is >= 1 and <= MinutesAtMost => minutes,
        _ => null,
    };
}
