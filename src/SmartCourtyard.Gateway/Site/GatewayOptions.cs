using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SmartCourtyard.Gateway.Site;

/// <summary>The gateway's configuration, checked. Keys and meaning are those of the documentation; anything else stops the start.</summary>
/// <param name="SiteFile"><c>Gateway:Site</c>: the file that describes the estate.</param>
/// <param name="DataDirectory"><c>Gateway:DataDirectory</c>: journal and history.</param>
/// <param name="Mqtt">The broker.</param>
/// <param name="DutyRoom">The next holder; null where none is configured: events are kept until one is.</param>
/// <param name="Influx">The telemetry store; null where none is configured.</param>
internal sealed record GatewayOptions(
    string SiteFile, string DataDirectory, MqttAccess Mqtt, DutyRoomAccess? DutyRoom, InfluxAccess? Influx)
{
    /// <summary><c>Webhooks:0:Kind</c> and so on: who is told where the duty room does not store in time.</summary>
    public IReadOnlyList<WebhookAccess> Webhooks { get; init; } = [];

    /// <summary>The second way to the duty room, and how the ways share the work.</summary>
    public UplinkAccess Uplink { get; init; } = new(null, UplinkPolicy.Next, UplinkAccess.DefaultNextAfter);

    /// <summary>Why the data folder is not the one that was configured, in one sentence; null where it is.</summary>
    public string? DiskProblem { get; init; }

    private static readonly string[] Known =
    [
        "Gateway:Site", "Gateway:DataDirectory", "Mqtt:Host", "Mqtt:Port", "Mqtt:Tls", "Mqtt:CaFile", "Mqtt:User", "Mqtt:Password",
        "DutyRoom:Url", "DutyRoom:Token", "Influx:Url", "Influx:Org", "Influx:Bucket", "Influx:Token",
        "Uplink:Policy", "Uplink:NextAfter", "Uplink:Mqtt:Host", "Uplink:Mqtt:Port", "Uplink:Mqtt:Tls", "Uplink:Mqtt:CaFile", "Uplink:Mqtt:User", "Uplink:Mqtt:Password",
    ];

    private static readonly string[] Sections = ["Gateway", "Mqtt", "DutyRoom", "Influx", "Uplink"];

    /// <summary>Reads the configuration; every mistake is named, with its key and what is allowed.</summary>
    public static (GatewayOptions? Options, IReadOnlyList<string> Mistakes) Read(IConfiguration configuration)
    {
        var mistakes = new List<string>();
        foreach (var section in Sections)
        {
            foreach (var (key, value) in configuration.GetSection(section).AsEnumerable())
            {
                if (value is not null && !Known.Contains(key, StringComparer.OrdinalIgnoreCase))
                {
                    mistakes.Add($"{key}: there is no such key: allowed are {string.Join(", ", Known.Where(k => k.StartsWith(section, StringComparison.Ordinal)))}");
                }
            }
        }

        var reader = new Reader(configuration, mistakes);
        var site = reader.Text("Gateway:Site") ?? reader.Missing("Gateway:Site", "the path of the site file");
        var data = reader.Text("Gateway:DataDirectory") ?? reader.Missing("Gateway:DataDirectory", "a folder for the journal");
        var mqtt = reader.Mqtt();
        var uplink = reader.Uplink();
        var url = reader.Url("DutyRoom:Url");
        var dutyRoom = url is not null || uplink.Broker is not null
            ? new DutyRoomAccess(url, reader.Text("DutyRoom:Token") ?? reader.Missing("DutyRoom:Token", "the token of this gateway"))
            : null;
        var influx = reader.Url("Influx:Url") is { } store
            ? new InfluxAccess(
                store, reader.Text("Influx:Org") ?? "", reader.Text("Influx:Bucket") ?? reader.Missing("Influx:Bucket", "the bucket to write to"),
                reader.Text("Influx:Token") ?? "")
            : null;
        var webhooks = WebhookAccess.Read(configuration, mistakes);
        return mistakes.Count > 0 ? (null, mistakes) : (new GatewayOptions(site, data, mqtt, dutyRoom, influx) { Uplink = uplink, Webhooks = webhooks }, []);
    }

    /// <summary>Reads only how the broker is reached, for a command that needs nothing else.</summary>
    public static (MqttAccess Mqtt, IReadOnlyList<string> Mistakes) ReadMqtt(IConfiguration configuration)
    {
        var mistakes = new List<string>();
        return (new Reader(configuration, mistakes).Mqtt(), mistakes);
    }

    private sealed class Reader(IConfiguration configuration, List<string> mistakes)
    {
        public MqttAccess Mqtt() => new(
            Text("Mqtt:Host") ?? "127.0.0.1", Port("Mqtt:Port", 1883), Flag("Mqtt:Tls"), Text("Mqtt:CaFile"), Text("Mqtt:User"), Text("Mqtt:Password"));

        public UplinkAccess Uplink()
        {
            var host = Text("Uplink:Mqtt:Host");
            var tls = Flag("Uplink:Mqtt:Tls");
            var broker = host is null ? null : new MqttAccess(
                host, Port("Uplink:Mqtt:Port", tls ? 8883 : 1883), tls, Text("Uplink:Mqtt:CaFile"), Text("Uplink:Mqtt:User"), Text("Uplink:Mqtt:Password"));
            if (host is null && configuration.GetSection("Uplink:Mqtt").GetChildren().Any(c => c.Value is { Length: > 0 }))
            {
                Missing("Uplink:Mqtt:Host", "name or address of the broker that the second path goes through");
            }

            if (broker is { Password: not null, User: null })
            {
                Missing("Uplink:Mqtt:User", "the account that Uplink:Mqtt:Password belongs to");
            }

            return new UplinkAccess(broker, Policy(), Seconds("Uplink:NextAfter", UplinkAccess.DefaultNextAfter));
        }

        private UplinkPolicy Policy()
        {
            var text = Text("Uplink:Policy");
            UplinkPolicy? policy = text switch { null or "next" => UplinkPolicy.Next, "first" => UplinkPolicy.First, "both" => UplinkPolicy.Both, _ => null };
            if (policy is null)
            {
                mistakes.Add($"Uplink:Policy: '{text}' is no policy: first, both or next");
            }

            return policy ?? UplinkPolicy.Next;
        }

        private TimeSpan Seconds(string key, TimeSpan otherwise)
        {
            var text = Text(key);
            if (text is null)
            {
                return otherwise;
            }

            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 3_600)
            {
                return TimeSpan.FromSeconds(seconds);
            }

            mistakes.Add($"{key}: '{text}' is no number of seconds: 1 to 3600");
            return otherwise;
        }

        public string? Text(string key) => configuration[key] is { Length: > 0 } text ? text : null;

        public string Missing(string key, string allowed)
        {
            mistakes.Add($"{key}: is missing: {allowed}");
            return "";
        }

        public int Port(string key, int otherwise)
        {
            var text = Text(key);
            if (text is null)
            {
                return otherwise;
            }

            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535)
            {
                return port;
            }

            mistakes.Add($"{key}: '{text}' is no port: a number from 1 to 65535");
            return otherwise;
        }

        public bool Flag(string key)
        {
            var text = Text(key);
            if (text is null || bool.TryParse(text, out _))
            {
                return text is not null && bool.Parse(text);
            }

            mistakes.Add($"{key}: '{text}' is neither true nor false");
            return false;
        }

        public Uri? Url(string key)
        {
            var text = Text(key);
            if (text is null)
            {
                return null;
            }

            if (Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            {
                return url;
            }

            mistakes.Add($"{key}: '{text}' is no address: http://… or https://…");
            return null;
        }
    }
}

/// <summary>The broker and the gateway's account there.</summary>
internal sealed record MqttAccess(string Host, int Port, bool Tls, string? CaFile, string? User, string? Password);

/// <summary>The duty room and this gateway's token there; no address where only the second path leads there.</summary>
internal sealed record DutyRoomAccess(Uri? Url, string Token);

/// <summary>The second path to the duty room: a broker elsewhere, or none.</summary>
/// <param name="Broker"><c>Uplink:Mqtt</c>; null where none is configured.</param>
/// <param name="Policy"><c>Uplink:Policy</c>.</param>
/// <param name="NextAfter"><c>Uplink:NextAfter</c>: how long the first path has with an event under <see cref="UplinkPolicy.Next"/>.</param>
internal sealed record UplinkAccess(MqttAccess? Broker, UplinkPolicy Policy, TimeSpan NextAfter)
{
    /// <summary>A path that works stores in milliseconds; one that hangs is noticed after 10 s, and no alarm waits for that.</summary>
    public static readonly TimeSpan DefaultNextAfter = TimeSpan.FromSeconds(5);
}

/// <summary>How several paths to the duty room share the work.</summary>
internal enum UplinkPolicy
{
    /// <summary>Only the first that is configured; the others rest.</summary>
    First,
    /// <summary>Everything by each of them; the duty room knows doubles by their ids.</summary>
    Both,
    /// <summary>By the first; by the next what is not stored in time, and at once what comes while the first is known to be down.</summary>
    Next,
}

/// <summary>The telemetry store.</summary>
internal sealed record InfluxAccess(Uri Url, string Org, string Bucket, string Token);
