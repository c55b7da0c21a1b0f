using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom;

/// <summary>The program cannot start; the message is one plain sentence for whoever started it.</summary>
internal sealed class StartException(string message) : Exception(message);

/// <summary>What the duty room is told, checked before anything is touched.</summary>
internal sealed partial record Settings(string ConnectionString, string? CredentialsFile, string? Gateway)
{
    private const string Stores = "Data Source=FILE (SQLite) or Host=SERVER;Database=NAME;Username=USER (PostgreSQL)";

    // DutyRoom:Url and :Token are the gateway's; one environment may serve both programs.
    private static readonly string[] Known =
        ["ConnectionStrings:DutyRoom", "Access:CredentialsFile", "Access:Gateway", "DutyRoom:Url", "DutyRoom:Token"];

    public static Settings Read(IConfiguration configuration)
    {
        foreach (var section in new[] { "ConnectionStrings", "Access", "DutyRoom" })
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
        return new(ConnectionStringOf(configuration), string.IsNullOrEmpty(file) ? null : file, gateway);
    }

    private static void CheckKeys(IConfigurationSection section)
    {
        foreach (var (key, value) in section.AsEnumerable())
        {
            if (value is not null && !Known.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                throw new StartException($"{key} is not a known setting; allowed are {string.Join(", ", Known[..3])}.");
            }
        }
    }

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
