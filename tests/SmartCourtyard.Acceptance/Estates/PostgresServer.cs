using System.Globalization;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>
/// A PostgreSQL server of its own: a new cluster in a folder, listening on a socket in it and on no port. It can be killed and started
/// again on what it has stored.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Ready = "database system is ready to accept connections";
    private const string User = "postgres";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly bool _durable;
    private RunningProgram? _server;

    private PostgresServer(bool durable) => _durable = durable;

    /// <summary>Why no server can be started here; null where one can.</summary>
    public static string? Missing => Programs is null ? "PostgreSQL is not installed (Debian: postgresql)" : null;

    public string Folder { get; } = Directory.CreateTempSubdirectory("postgres-").FullName;

    public string Output => _server?.Output ?? "";

    private string Data => Path.Combine(Folder, "data");

    private static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "postgres")))
            .OrderBy(d => d.Length).ThenBy(d => d, StringComparer.Ordinal).LastOrDefault()
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")));

    // The server refuses to run as root.
    private static string? Account { get; } = Environment.UserName != "root" ? null
        : File.ReadLines("/etc/passwd").Any(l => l.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    /// <param name="durable">Whether commits reach the disk; without, only a crash of the machine would lose them.</param>
    public static async Task<PostgresServer> StartAsync(bool durable = false)
    {
        var server = new PostgresServer(durable);
        if (Account is { } account)
        {
            await RunAsync("chown", account, server.Folder);
        }

        // Sorted as people in China sort, so that whatever must not depend on the server's language shows it.
        await RunAsync(
            As("initdb", "--no-sync", "--auth=trust", "--username=" + User, "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh-CN",
                "-D", server.Data));
        await server.StartAgainAsync();
        return server;
    }

    public string ConnectionString(string database = User) => $"Host={Folder};Username={User};Database={database}";

    /// <summary>Starts it on what it has stored; after a kill what was left of the old one must be gone first.</summary>
    public async Task StartAgainAsync() => await Eventually.TrueAsync(
        async () =>
        {
            if (_server is not null)
            {
                await _server.DisposeAsync();
            }

            var server = _server = RunningProgram.Start("/usr/bin/env", As(
                "postgres", "-D", Data, "-k", Folder, "-c", "listen_addresses=", "-c", "fsync=" + (_durable ? "on" : "off"), "-c", "shared_buffers=32MB",
                "-c", "max_connections=200"));
            await Eventually.TrueAsync(() => server.HasExited || IsReady(server), Patience, () => server.Output);
            return !server.HasExited;
        },
        Patience, () => Output);

    /// <summary>Every session ends at once and nothing is tidied up; starting again recovers from the log.</summary>
    public async Task StopAtOnceAsync()
    {
        _server!.Quit();
        await _server.ExitAsync(Patience);
    }

    /// <summary>Kills one of the sessions; the server then ends all of them, recovers, and goes on by itself.</summary>
    /// <returns>False where there was no session.</returns>
    public async Task<bool> KillSessionAsync()
    {
        var sessions = Sessions();
        return sessions.Count > 0 && await TryRunAsync("kill", "-9", sessions[0].ToString(CultureInfo.InvariantCulture)) is null;
    }

    /// <summary>From now on it answers nobody, and nobody is told.</summary>
    public Task FreezeAsync() => SignalAllAsync("-STOP");

    public Task ThawAsync() => SignalAllAsync("-CONT");

    /// <summary>Also from where nothing can be awaited.</summary>
    public void Dispose()
    {
        if (_server is { HasExited: false } server)
        {
            server.Quit();
            server.WaitForExit();
        }

        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false })
        {
            await ThawAsync();
            await StopAtOnceAsync();
        }

        Dispose();
    }

    private static bool IsReady(RunningProgram server) => server.Output.Contains(Ready, StringComparison.Ordinal);

    private static string[] As(string program, params string[] arguments)
    {
        var file = Path.Combine(Programs ?? throw new InvalidOperationException(Missing), program);
        return Account is { } account
            ? ["setpriv", "--reuid=" + account, "--regid=" + account, "--clear-groups", file, .. arguments]
            : [file, .. arguments];
    }

    private static async Task RunAsync(params string[] command)
    {
        if (await TryRunAsync(command) is { } failure)
        {
            throw new InvalidOperationException(failure);
        }
    }

    private static async Task<string?> TryRunAsync(params string[] command)
    {
        await using var program = RunningProgram.Start(command[0], command[1..]);
        return await program.ExitAsync(Patience) == 0 ? null : $"{string.Join(' ', command)}: {program.Output}";
    }

    private async Task SignalAllAsync(string signal)
    {
        foreach (var process in Sessions().Prepend(_server!.Id))
        {
            // One that has ended meanwhile needs no signal.
            _ = await TryRunAsync("kill", signal, process.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The server's processes that serve a connection; the kernel shows them as <c>postgres: USER DATABASE [local] …</c>.</summary>
    private List<int> Sessions()
    {
        var sessions = new List<int>();
        foreach (var children in Directory.GetDirectories($"/proc/{_server!.Id}/task").Select(t => File.ReadAllText(Path.Combine(t, "children"))))
        {
            sessions.AddRange(children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => int.Parse(c, CultureInfo.InvariantCulture))
                .Where(c => File.Exists($"/proc/{c}/cmdline") && File.ReadAllText($"/proc/{c}/cmdline").Contains("[local]", StringComparison.Ordinal)));
        }

        return sessions;
    }
}
