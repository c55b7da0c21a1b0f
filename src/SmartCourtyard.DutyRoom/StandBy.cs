using Microsoft.Extensions.Hosting.Systemd;
using Serilog;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom;

/// <summary>
/// A second duty room on one database waits until the first one is gone, and any waits for a server that is not up yet. Meanwhile it says
/// so to whoever asks, so that a load balancer leaves it out and nobody looks at a board that does not move.
/// </summary>
internal static partial class StandBy
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    /// <summary>Comes back when this duty room is the writer and the tables are there; at once where it is alone.</summary>
    /// <exception cref="OperationCanceledException">It was stopped before.</exception>
    public static async Task WaitAsync(Database database, string[] args, TimeProvider time)
    {
        if (WhyNotNow(database) is not { } reason)
        {
            return;
        }

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddSerilog(DutyRoomProgram.Log(), dispose: true);
        builder.WebHost.UseKestrelHttpsConfiguration();
        await using var app = builder.Build();
        app.MapGet("/healthz", () => "alive\n");
        app.MapFallback(http => Problem.Busy(reason).WriteAsync(http.Response));
        await app.StartAsync();
        var logger = app.Services.GetRequiredService<ILogger<Database>>();
        LogWaits(logger, reason);
        // Who stands by does what it is there for; it must not be taken for one that hangs.
        var systemd = new SystemdNotifier();
        systemd.Notify(ServiceState.Ready);
        using var timer = new PeriodicTimer(AskEvery, time);
        do
        {
            await timer.WaitForNextTickAsync(app.Lifetime.ApplicationStopping);
            app.Lifetime.ApplicationStopping.ThrowIfCancellationRequested();
            reason = WhyNotNow(database) ?? "";
            systemd.Notify(new ServiceState("WATCHDOG=1"));
        }
        while (reason.Length > 0);
        await app.StopAsync();
    }

    /// <summary>Why it has to wait; null where it is the writer from now on.</summary>
    private static string? WhyNotNow(Database database)
    {
        try
        {
            if (!database.TryTakeTurn())
            {
                return "Another duty room writes to this database; this one stands by.";
            }

            database.BringUpToDate();
            return null;
        }
        catch (Exception e) when (database.IsNotUpYet(e))
        {
            return "This one stands by until the database server is up: " + e.GetBaseException().Message;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Reason}")]
    private static partial void LogWaits(Microsoft.Extensions.Logging.ILogger logger, string reason);
}
