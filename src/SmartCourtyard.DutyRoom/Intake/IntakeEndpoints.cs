using System.Buffers;
using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>Where gateways hand over events.</summary>
internal static class IntakeEndpoints
{
    public const int BodyLimitBytes = 1024 * 1024;

    private static readonly Meter Meter = new("SmartCourtyard.DutyRoom");

    private static readonly Histogram<double> Seconds =
        Meter.CreateHistogram<double>("smartcourtyard_intake_seconds", "s", "From the request to the answer after the commit");

    public static void MapIntake(this IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/gateways/{gateway}/events", PostAsync)
        .RequireAuthorization(Policies.Gateway)
        .WithTags("gateways").WithName("postEvents").WithSummary("Takes custody of 1 to 500 events; answers when they are on disk")
        .Accepts<CourtyardEvent[]>("application/cloudevents-batch+json", "application/json")
        .Produces<Receipts>().Problems(400, 401, 403, 409, 413, 415, 429, 503);

    private static async Task<IResult> PostAsync(string gateway, HttpContext http, Ledger ledger, TimeProvider time)
    {
        var start = time.GetTimestamp();
        var body = await ReadBodyAsync(http.Request);
        if (body is not { } bytes)
        {
            return new Problem(413, "Too large", $"At most {BodyLimitBytes} bytes are taken at a time.").AsResult();
        }

        var taking = TakeAsync(bytes, gateway, ledger);
        http.Request.BodyReader.AdvanceTo(bytes.End);
        var (receipts, problem) = await taking;
        Seconds.Record(time.GetElapsedTime(start).TotalSeconds);
        return receipts is null ? problem!.AsResult() : TypedResults.Ok(receipts);
    }

    /// <summary>What is said to a batch, without HTTP. The bytes are read before it comes back; the answer comes after the commit.</summary>
    internal static Task<(Receipts? Receipts, Problem? Problem)> TakeAsync(ReadOnlySequence<byte> body, string gateway, Ledger ledger)
    {
        var (events, mistake) = BatchReader.Read(body, gateway);
        return events is null
            ? Task.FromResult<(Receipts?, Problem?)>((null, mistake))
            : ledger.WriteAsync(writing => Taking.Take(writing, gateway, events));
    }

    /// <summary>The whole body, or null where it is too large.</summary>
    private static async Task<ReadOnlySequence<byte>?> ReadBodyAsync(HttpRequest request)
    {
        if (request.ContentLength > BodyLimitBytes)
        {
            return null;
        }

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            if (read.Buffer.Length > BodyLimitBytes)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                return read.Buffer;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(Receipts))]
internal sealed partial class IntakeJson : JsonSerializerContext;
