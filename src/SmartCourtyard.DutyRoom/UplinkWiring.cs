using System.Buffers;
using System.Text.Json;
using SmartCourtyard.DutyRoom.Access;
using SmartCourtyard.DutyRoom.Courtyards;
using SmartCourtyard.DutyRoom.Intake;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Uplink;

namespace SmartCourtyard.DutyRoom;

/// <summary>Joins what comes through a broker with the very intake that HTTP has.</summary>
internal static class UplinkWiring
{
    public static void AddUplink(this IServiceCollection services, UplinkBroker? broker)
    {
        services.AddSingleton<UplinkCounters>();
        if (broker is null)
        {
            return;
        }

        services.AddSingleton(s => new UplinkTakers(
            s.GetRequiredService<Keyring>().HashesOf, (gateway, call, body) => TakeAsync(s, gateway, call, body)));
        services.AddSingleton<UplinkDesk>();
        services.AddSingleton(broker);
        services.AddHostedService<UplinkListener>();
    }

    private static async Task<UplinkAnswer> TakeAsync(IServiceProvider services, string gateway, string call, ReadOnlyMemory<byte> body)
    {
        try
        {
            return body.Length > IntakeEndpoints.BodyLimitBytes
                ? UplinkAnswer.Of(new(413, "Too large", $"At most {IntakeEndpoints.BodyLimitBytes} bytes are taken at a time."))
                : await (call == "events" ? TakeEventsAsync(services, gateway, body) : TakeBeatAsync(services, gateway, body));
        }
        catch (StoreUnavailableException e)
        {
            return UplinkAnswer.Of(Problem.Busy(e.Message));
        }
    }

    private static async Task<UplinkAnswer> TakeEventsAsync(IServiceProvider services, string gateway, ReadOnlyMemory<byte> body)
    {
        var (receipts, problem) = await IntakeEndpoints.TakeAsync(new ReadOnlySequence<byte>(body), gateway, services.GetRequiredService<Ledger>());
        return receipts is null
            ? UplinkAnswer.Of(problem!)
            : new(200, JsonSerializer.SerializeToUtf8Bytes(receipts, IntakeJson.Default.Receipts));
    }

    private static async Task<UplinkAnswer> TakeBeatAsync(IServiceProvider services, string gateway, ReadOnlyMemory<byte> body)
    {
        Heartbeat? beat = null;
        try
        {
            beat = JsonSerializer.Deserialize(body.Span, CourtyardsJson.Default.Heartbeat);
        }
        catch (JsonException)
        {
            // Said below.
        }

        if (beat is null)
        {
            return UplinkAnswer.Of(new(400, "Not as agreed", "The body is not a heartbeat in JSON."));
        }

        var (answer, problem) = await GatewayEndpoints.TakeBeatAsync(
            gateway, beat, services.GetRequiredService<Ledger>(), services.GetRequiredService<Database>(), services.GetRequiredService<Feeds>());
        return answer is null
            ? UplinkAnswer.Of(problem!)
            : new(200, JsonSerializer.SerializeToUtf8Bytes(answer, CourtyardsJson.Default.HeartbeatAnswer));
    }
}
