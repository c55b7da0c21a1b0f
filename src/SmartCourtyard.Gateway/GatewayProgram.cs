using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting.Systemd;
using Serilog;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Gateway;

/// <summary>
/// Starts the gateway: everything that can fail is done before anything is live, and each failure is one plain sentence.
/// </summary>
internal static class GatewayProgram
{
    public static string Version { get; } =
        typeof(GatewayProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static async Task<int> RunAsync(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = arguments, ContentRootPath = AppContext.BaseDirectory });
        var (options, mistakes) = GatewayOptions.Read(builder.Configuration);
        if (options is null)
        {
            return Fail(mistakes);
        }

        var site = SiteCommand.ReadSite(options.SiteFile, Console.Error);
        if (!site.IsGood)
        {
            return 1;
        }

        try
        {
            return await ServeAsync(builder, options, site).ConfigureAwait(false);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return Fail([$"the local API cannot listen on {builder.Configuration["Urls"]}: the port is in use"]);
        }
        catch (Exception e) when (e is SqliteException or UnauthorizedAccessException or IOException)
        {
            return Fail([$"the journal in {options.DataDirectory} cannot be opened: {e.Message}"]);
        }
    }

    private static async Task<int> ServeAsync(WebApplicationBuilder builder, GatewayOptions options, SiteResult site)
    {
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(builder.Configuration);
        if (string.IsNullOrEmpty(builder.Configuration["Urls"]))
        {
            builder.WebHost.UseUrls("http://127.0.0.1:8081");
        }

        var systemd = new SystemdNotifier();
        var (held, parts) = Begin(builder, options, site, () => systemd.Notify(new ServiceState("WATCHDOG=1")));
        if (parts is null)
        {
            return Fail([$"another gateway is running with the data folder {options.DataDirectory}: give each its own (Gateway:DataDirectory)"]);
        }

        // Two gateways on one journal would give the same sequence twice. The kernel lets go of the lock when the program dies.
        await using var only = held!.ConfigureAwait(false);
        // Without this the signal would end the program.
        using var reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            parts.Reload();
        });
        var app = builder.Build();
        parts.Map(app);
        app.Lifetime.ApplicationStarted.Register(() => systemd.Notify(ServiceState.Ready));
        app.Lifetime.ApplicationStopping.Register(() => systemd.Notify(ServiceState.Stopping));
        await app.RunAsync().ConfigureAwait(false);

        // A worker that fails stops the host, and the host then ends as if all were well; whoever restarts us must see a failure.
        return parts.Workers.Any(w => w.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
    }

    /// <summary>Nothing is begun where another gateway holds the data folder.</summary>
    private static (FileStream? Held, GatewayParts? Parts) Begin(
        WebApplicationBuilder builder, GatewayOptions options, SiteResult site, Action alive)
    {
        FileStream? held = null;
        try
        {
            held = DataFolder.TryLock(options.DataDirectory);
            if (held is null)
            {
                return (null, null);
            }

            if (options.DiskProblem is null)
            {
                DataFolder.BringBack(options.DataDirectory);
            }

            return (held, GatewayParts.Wire(builder, options, site, alive, TimeProvider.System, Version));
        }
        catch (Exception e) when (e is SqliteException or UnauthorizedAccessException or IOException
            && options.DiskProblem is null && DataFolder.HasServed(options.DataDirectory))
        {
            held?.Dispose();
            var problem = $"the data folder {options.DataDirectory} cannot be used ({e.Message}): the gateway goes on from memory, and a power cut ends what it keeps there";
            Console.Error.WriteLine(problem);
            return Begin(builder, options with { DataDirectory = DataFolder.InMemory(options.DataDirectory), DiskProblem = problem }, site, alive);
        }
    }

    private static void AddSerilog(this IServiceCollection services, ConfigurationManager configuration)
    {
        var level = configuration["Logging:Level"] == "Debug" ? Serilog.Events.LogEventLevel.Debug : Serilog.Events.LogEventLevel.Information;
        var logger = new LoggerConfiguration().MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Warning)
            .MinimumLevel.Override("System", Serilog.Events.LogEventLevel.Warning)
            .WriteTo.Console(
                outputTemplate: "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}",
                formatProvider: System.Globalization.CultureInfo.InvariantCulture)
            .CreateLogger();
        services.AddLogging(logging => logging.AddSerilog(logger, dispose: true));
    }

    private static int Fail(IReadOnlyList<string> sentences)
    {
        foreach (var sentence in sentences)
        {
            Console.Error.WriteLine(sentence);
        }

        return 1;
    }
}
