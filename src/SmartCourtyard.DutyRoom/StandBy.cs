using Serilog;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom;

/// <summary>
/// A second duty room on one database waits until the first one is gone. Meanwhile it says so to whoever asks, so that a load balancer
/// leaves it out and nobody looks at a board that does not move.
/// </summary>
internal static class StandBy
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    /// <summary>Comes back when this duty room is the writer; at once where it is alone.</summary>
    /// <exception cref="OperationCanceledException">It was stopped before.</exception>
    public static async Task WaitAsync(Database database, string[] args, TimeProvider time)
    {
        if (database.TryTakeTurn())
        {
            return;
        }

        var reason = "Another duty room writes to this database; this one stands by.";
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddSerilog(DutyRoomProgram.Log(), dispose: true);
        builder.WebHost.UseKestrelHttpsConfiguration();
        await using var app = builder.Build();
        app.MapGet("/healthz", () => "alive\n");
        app.MapFallback(http => Problem.Busy(reason).WriteAsync(http.Response));
        await app.StartAsync();
        using var timer = new PeriodicTimer(AskEvery, time);
        do
        {
            await timer.WaitForNextTickAsync(app.Lifetime.ApplicationStopping);
            app.Lifetime.ApplicationStopping.ThrowIfCancellationRequested();
        }
        while (!TryTakeTurn(database, ref reason));
        await app.StopAsync();
    }

    private static bool TryTakeTurn(Database database, ref string reason)
    {
        try
        {
            return database.TryTakeTurn();
        }
        catch (Exception e) when (database.IsUnavailable(e))
        {
            reason = "This duty room stands by, and the database cannot be reached: " + e.GetBaseException().Message;
            return false;
        }
    }
}
