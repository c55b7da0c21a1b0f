using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Uplink;

namespace SmartCourtyard.DutyRoom;

/// <summary>The program cannot start; the message is one plain sentence for whoever started it.</summary>
internal sealed class StartException(string message) : Exception(message);

/// <summary>What the duty room is told, checked before anything is touched.</summary>
internal sealed partial record Settings(string ConnectionString, string? CredentialsFile, string? Gateway)
{
    private const string Stores = "Data Source=FILE (SQLite) or Host=SERVER;Database=NAME;Username=USER (PostgreSQL)";

    /// <summary>The broker elsewhere that gateways also reach; null where there is none.</summary>
    public UplinkBroker? Uplink { get; init; }

    private static readonly string[] Own =
    [
        "ConnectionStrings:DutyRoom", "Access:CredentialsFile", "Access:Gateway", "Uplink:Mqtt:Host", "Uplink:Mqtt:Port", "Uplink:Mqtt:Tls", "Uplink:Mqtt:CaFile",
        "Uplink:Mqtt:User", "Uplink:Mqtt:Password",
    ];

    // These are the gateway's; one environment may serve both programs.
    private static readonly string[] Known = [.. Own, "DutyRoom:Url", "DutyRoom:Token", "Uplink:Policy", "Uplink:NextAfter"];

    public static Settings Read(IConfiguration configuration)
    {
        foreach (var section in new[] { "ConnectionStrings", "Access", "DutyRoom", "Uplink" })
        {
            CheckKeys(configuration.GetSection(section));
        }

        CheckUrls(configuration["Urls"]);
        var gateway = configuration["Access:Gateway"];
        if (gateway is not null && !GatewayId().IsMatch(gateway))
        {
            throw new StartException($"Access:Gateway: '{gateway}' is not a gateway's id: a-z 0-9 - and 1 to 64 characters are allowed.");
        }

        var file = configuration["Access:CredentialsFile"];
        return new(ConnectionStringOf(configuration), string.IsNullOrEmpty(file) ? null : file, gateway) { Uplink = UplinkOf(configuration) };
    }

    private static void CheckKeys(IConfigurationSection section)
    {
        foreach (var (key, value) in section.AsEnumerable())
        {
            if (value is not null && !Known.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                throw new StartException($"{key} is not a known setting; allowed are {string.Join(", ", Own)}.");
            }
        }
    }

    private static UplinkBroker? UplinkOf(IConfiguration configuration)
    {
        var (user, password) = (configuration["Uplink:Mqtt:User"], configuration["Uplink:Mqtt:Password"]);
        if (configuration["Uplink:Mqtt:Host"] is not { Length: > 0 } host)
        {
            return configuration.GetSection("Uplink:Mqtt").GetChildren().Any(c => c.Value is { Length: > 0 })
                ? throw new StartException("Uplink:Mqtt:Host is missing: name or address of the broker that gateways also reach.")
                : null;
        }

        var tls = configuration["Uplink:Mqtt:Tls"] is { Length: > 0 } flag
            && (bool.TryParse(flag, out var on) ? on : throw new StartException($"Uplink:Mqtt:Tls: '{flag}' is neither true nor false."));
        var port = configuration["Uplink:Mqtt:Port"] is not { Length: > 0 } number ? (tls ? 8883 : 1883)
            : ushort.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var given) && given > 0 ? given
            : throw new StartException($"Uplink:Mqtt:Port: '{number}' is no port: a number from 1 to 65535 is allowed.");
        return !string.IsNullOrEmpty(password) && string.IsNullOrEmpty(user)
            ? throw new StartException("Uplink:Mqtt:User is missing: the account that Uplink:Mqtt:Password belongs to.")
            : new(host, port, tls, OrNull(configuration["Uplink:Mqtt:CaFile"]), OrNull(user), OrNull(password));
    }

    private static string? OrNull(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static void CheckUrls(string? urls)
    {
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Url().IsMatch(url))
            {
                throw new StartException($"Urls: '{url}' is not an address to listen on: http://ADDRESS:PORT is allowed.");
            }
        }
    }

    private static string ConnectionStringOf(IConfiguration configuration)
    {
        const string key = "ConnectionStrings:DutyRoom";
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new StartException($"{key} is missing: {Stores} is allowed.");
        }

        try
        {
            return Database.IsPostgres(text) ? ServerOf(key, text) : FileOf(key, text);
        }
        catch (ArgumentException e)
        {
            throw new StartException($"{key} is malformed: {e.Message} {Stores} is allowed.");
        }
    }

    private static string FileOf(string key, string text)
    {
        var parsed = new SqliteConnectionStringBuilder(text);
        return parsed.DataSource is { Length: > 0 } and not ":memory:"
            ? parsed.ToString()
            : throw new StartException($"{key} names no file: {Stores} is allowed.");
    }

    private static string ServerOf(string key, string text)
    {
        var parsed = new NpgsqlConnectionStringBuilder(text);
        return parsed is { Host.Length: > 0, Database.Length: > 0, Multiplexing: false }
            ? text
            : throw new StartException($"{key} names no server or no database, or shares connections: {Stores} is allowed.");
    }

    [GeneratedRegex("^[a-z0-9-]{1,64}$")]
    private static partial Regex GatewayId();

    [GeneratedRegex(@"^https?://([^/:\s]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?/?$")]
    private static partial Regex Url();
}
