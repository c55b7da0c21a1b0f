using System.Diagnostics;
using Npgsql;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.DutyRoom.Tests.Running;

/// <summary>
/// What a test's duty room keeps its data in: a file in its folder or, in a test class that asks for it, a database of its own on one
/// PostgreSQL server for the whole run.
/// </summary>
internal static class TestStore
{
    private const string Template = "template_room";

    private static readonly AsyncLocal<bool> Postgres = new();
    // Kept, so that nothing closes the pipe before this process ends.
    private static readonly List<Process> Guards = [];
    private static readonly Lazy<Task<PostgresServer>> Server = new(() => Task.Run(StartAsync));

    public static bool IsPostgres => Postgres.Value;

    /// <summary>The test that runs now uses PostgreSQL; said in the constructor of its class.</summary>
    public static void UsePostgres() => Postgres.Value = true;

    public static string ConnectionString(string folder)
        => File.Exists(Note(folder)) ? File.ReadAllText(Note(folder)) : $"Data Source={Path.Combine(folder, "duty-room.db")}";

    public static void Prepare(string folder)
    {
        if (IsPostgres)
        {
            var server = Server.Value.GetAwaiter().GetResult();
            Run(server, $"CREATE DATABASE \"{Name(folder)}\" TEMPLATE {Template}");
            File.WriteAllText(Note(folder), server.ConnectionString(Name(folder)));
        }
    }

    /// <summary>More settings for the connections of a folder's duty room.</summary>
    public static void Add(string folder, string settings) => File.AppendAllText(Note(folder), settings);

    public static void Forget(string folder)
    {
        if (File.Exists(Note(folder)))
        {
            Run(Server.Value.GetAwaiter().GetResult(), $"DROP DATABASE \"{Name(folder)}\" WITH (FORCE)");
        }
    }

    /// <summary>A database with nothing in it, not even tables.</summary>
    public static async Task<string> EmptyDatabaseAsync(string name)
    {
        var server = await Server.Value;
        Run(server, $"CREATE DATABASE \"{name}\"");
        return server.ConnectionString(name);
    }

    private static async Task<PostgresServer> StartAsync()
    {
        var server = await PostgresServer.StartAsync();
        Guard(server);
        Run(server, $"CREATE DATABASE {Template}");
        Storage.Database.At(server.ConnectionString(Template) + ";Pooling=false").BringUpToDate();
        return server;
    }

    /// <summary>However this process ends, its end of the pipe is closed, and the guard then ends the server and removes what it kept.</summary>
    private static void Guard(PostgresServer server)
    {
        const string script = "cat >/dev/null; p=$(head -1 \"$0/data/postmaster.pid\"); kill -QUIT $p; while kill -0 $p 2>/dev/null; do sleep 0.1; done; rm -rf \"$0\"";
        Guards.Add(Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", script, server.Folder]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!);
    }

    private static void Run(PostgresServer server, string sql)
    {
        using var connection = new NpgsqlConnection(server.ConnectionString() + ";Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static string Note(string folder) => Path.Combine(folder, "postgres");

    private static string Name(string folder) => Path.GetFileName(folder).ToLowerInvariant();
}
