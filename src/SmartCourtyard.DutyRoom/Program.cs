using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting.Systemd;
using Npgsql;
using Serilog;
using Serilog.Events;
using SmartCourtyard;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom;
using SmartCourtyard.DutyRoom.Access;
using SmartCourtyard.DutyRoom.Board;
using SmartCourtyard.DutyRoom.Courtyards;
using SmartCourtyard.DutyRoom.Duty;
using SmartCourtyard.DutyRoom.Health;
using SmartCourtyard.DutyRoom.Intake;
using SmartCourtyard.DutyRoom.Reports;
using SmartCourtyard.DutyRoom.Storage;

try
{
    await using var app = await DutyRoomProgram.BuildAsync(args, TimeProvider.System);
    return await DutyRoomProgram.RunAsync(app);
}
catch (OperationCanceledException)
{
    // Stopped while it stood by.
    return 0;
}
catch (Exception e) when (DutyRoomProgram.Explain(e) is { } sentence)
{
    await Console.Error.WriteLineAsync(sentence);
    return 1;
}

/// <summary>The duty room: takes custody of events, shows what is burning, and does not let go until it is closed.</summary>
internal static class DutyRoomProgram
{
    public static async Task<WebApplication> BuildAsync(string[] args, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var settings = Settings.Read(builder.Configuration);
        var database = Database.At(settings.ConnectionString);
        await StandBy.WaitAsync(database, args, time);

        builder.Logging.ClearProviders().AddSerilog(Log(), dispose: true);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new UtcMillisecondsConverter());
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            var chain = json.SerializerOptions.TypeInfoResolverChain;
            foreach (var context in new IJsonTypeInfoResolver[]
                { StorageJson.Default, IntakeJson.Default, BoardJson.Default, DutyJson.Default, CourtyardsJson.Default, AccessJson.Default, ReportsJson.Default, ProblemJson.Default })
            {
                chain.Add(context);
            }
        });
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.AddSingleton(time).AddSingleton(database).AddSingleton<Feeds>().AddSingleton<Ledger>();
        builder.Services.AddSingleton<EventStream>().AddSingleton<IntakeHistogram>().AddSingleton<ReportTurn>();
        builder.Services.AddAccess();
        builder.Services.AddApiDocument();
        builder.Services.AddHostedService<Upkeep>();
        AddWorker<Supervision>(builder.Services);
        AddWorker<Escalations>(builder.Services);
        AddWorker<PresenceRounds>(builder.Services);
        builder.Services.AddHostedService<Rehearsal>();
        builder.Services.AddUplink(settings.Uplink);
        builder.Services.AddSingleton(Alive);
        builder.Services.AddHostedService(services => services.GetRequiredService<Liveness>());

        var app = builder.Build();
        if (settings.CredentialsFile is { } file)
        {
            await TakeInAsync(app.Services.GetRequiredService<Ledger>(), file, settings.Gateway, time);
        }

        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = AnswerAsync,
            // What the caller did wrong is told to the caller; what the store cannot do, the ledger has logged already.
            SuppressDiagnosticsCallback = failed => failed.Exception is BadHttpRequestException or StoreUnavailableException || database.IsUnavailable(failed.Exception),
        });
        app.UseStatusCodePages(failed => AnswerAsync(failed.HttpContext));
        app.UseSafeHeaders();
        app.UseRouting();
        app.UseConsolePages();
        app.UseForeignSiteGuard();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapIntake();
        app.MapBoard();
        app.MapDuty();
        app.MapPresence();
        app.MapGateways();
        app.MapCommands();
        app.MapSite();
        app.MapOverview();
        app.MapReports();
        app.MapAccess();
        app.MapUsers();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.Services.GetRequiredService<IntakeHistogram>();
        return app;
    }

    /// <summary>A server that goes away in the middle of the start is waited for a little longer.</summary>
    private static async Task TakeInAsync(Ledger ledger, string file, string? gateway, TimeProvider time)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await CredentialsFile.TakeInAsync(ledger, file, gateway);
                return;
            }
            catch (StoreUnavailableException) when (ledger is { IsCutOff: true, IsReplaced: false } && tries < 60)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time);
            }
        }
    }

    /// <summary>A worker that others ask whether it moves.</summary>
    private static void AddWorker<T>(IServiceCollection services)
        where T : BackgroundService => services.AddSingleton<T>().AddHostedService(s => s.GetRequiredService<T>());

    /// <summary>The loops that stand behind an alarm; systemd is told that the duty room lives only while they move.</summary>
    private static Liveness Alive(IServiceProvider services)
    {
        var (ledger, supervision) = (services.GetRequiredService<Ledger>(), services.GetRequiredService<Supervision>());
        var (escalations, presence) = (services.GetRequiredService<Escalations>(), services.GetRequiredService<PresenceRounds>());
        var systemd = new SystemdNotifier();
        // A database server that does not answer is waited for 30 s at a time; that is no loop that hangs.
        var within = TimeSpan.FromSeconds(60);
        TurningLoop[] loops =
        [
            new("the ledger's writer", () => ledger.Turns, within, () => ledger.IsIdle),
            new("the watch over silent courtyards", () => supervision.Turns, within, () => false),
            new("the watch over unanswered alarms", () => escalations.Turns, within, () => false),
            new("the presence check", () => presence.Turns, within, () => false),
        ];
        return new(
            loops, () => systemd.Notify(new ServiceState("WATCHDOG=1")), services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<Liveness>>());
    }

    /// <summary>Runs to its end and gives the exit code.</summary>
    public static async Task<int> RunAsync(WebApplication app)
    {
        // Asked for now: when the host has stopped, its services are gone.
        var workers = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        var systemd = new SystemdNotifier();
        app.Lifetime.ApplicationStarted.Register(() => systemd.Notify(ServiceState.Ready));
        app.Lifetime.ApplicationStopping.Register(() => systemd.Notify(ServiceState.Stopping));
        try
        {
            await app.RunAsync();
        }
        catch (OperationCanceledException) when (workers.Any(w => w.ExecuteTask is { IsFaulted: true }))
        {
            // A worker failed before the start was over.
        }

        // A worker that threw stopped the host; .NET would end with 0, and whoever supervises us would think that all is well.
        return workers.Any(w => w.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
    }

    /// <summary>What went wrong at the start, in one sentence; null where it is a bug and the whole story is wanted.</summary>
    public static string? Explain(Exception e) => e switch
    {
        StartException => e.Message,
        SqliteException { SqliteErrorCode: 14 or 8 or 10 or 13 or 26 or 11 } => $"The database cannot be opened or written: {e.Message}",
        NpgsqlException => $"The database cannot be opened or written: {e.GetBaseException().Message}",
        AnotherWriterException or StoreUnavailableException => $"The database cannot be written: {e.Message}",
        IOException { InnerException: AddressInUseException } => $"The port is in use: {e.Message}",
        IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException => e.Message,
        _ => null,
    };

    internal static Serilog.Core.Logger Log() => new LoggerConfiguration()
        .MinimumLevel.Information().MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
        .MinimumLevel.Override(typeof(SignedIn).FullName!, LogEventLevel.Warning)
        .WriteTo.Console(formatProvider: System.Globalization.CultureInfo.InvariantCulture).CreateLogger();

    private static Task AnswerAsync(HttpContext context)
    {
        var database = context.RequestServices.GetRequiredService<Database>();
        var problem = context.Features.Get<IExceptionHandlerFeature>()?.Error switch
        {
            StoreUnavailableException e => Problem.Busy(e.Message),
            BadHttpRequestException e => new Problem(e.StatusCode, "Not as agreed", e.InnerException?.Message ?? e.Message),
            { } e when database.IsUnstorable(e) => new Problem(400, "Not as agreed", "A text holds a character that cannot be kept: U+0000."),
            { } e when database.IsUnavailable(e) => Problem.Busy("The database cannot be reached: " + e.GetBaseException().Message),
            null => OfStatus(context),
            _ => new Problem(500, "A fault of ours", "The duty room could not do this; its log says why."),
        };
        return problem.WriteAsync(context.Response);
    }

    private static Problem OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Problem.Missing(context.Request.Path),
        405 => new(405, "Not this method", $"{context.Request.Method} is not possible here; allowed: {context.Response.Headers.Allow}."),
        415 => new(415, "Not JSON", "Content-Type: application/json is needed."),
        var status => new(status, "Refused", $"The request was refused with status {status}."),
    };
}
