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

    /// <summary>Why the data folder is not the one that was configured, in one sentence; null where it is.</summary>
    public string? DiskProblem { get; init; }

    private static readonly string[] Known =
    [
        "Gateway:Site", "Gateway:DataDirectory", "Mqtt:Host", "Mqtt:Port", "Mqtt:Tls", "Mqtt:CaFile", "Mqtt:User", "Mqtt:Password",
        "DutyRoom:Url", "DutyRoom:Token", "Influx:Url", "Influx:Org", "Influx:Bucket", "Influx:Token",
    ];

    private static readonly string[] Sections = ["Gateway", "Mqtt", "DutyRoom", "Influx"];

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
        var dutyRoom = reader.Url("DutyRoom:Url") is { } url
            ? new DutyRoomAccess(url, reader.Text("DutyRoom:Token") ?? reader.Missing("DutyRoom:Token", "the token of this gateway"))
            : null;
        var influx = reader.Url("Influx:Url") is { } store
            ? new InfluxAccess(
                store, reader.Text("Influx:Org") ?? "", reader.Text("Influx:Bucket") ?? reader.Missing("Influx:Bucket", "the bucket to write to"),
                reader.Text("Influx:Token") ?? "")
            : null;
        var webhooks = WebhookAccess.Read(configuration, mistakes);
        return mistakes.Count > 0 ? (null, mistakes) : (new GatewayOptions(site, data, mqtt, dutyRoom, influx) { Webhooks = webhooks }, []);
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

/// <summary>The duty room and this gateway's token there.</summary>
internal sealed record DutyRoomAccess(Uri Url, string Token);

/// <summary>The telemetry store.</summary>
internal sealed record InfluxAccess(Uri Url, string Org, string Bucket, string Token);
