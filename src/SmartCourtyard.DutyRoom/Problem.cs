using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCourtyard.DutyRoom;

/// <summary>What is wrong, where, and what is allowed (RFC 9457).</summary>
internal sealed record Problem(int Status, string Title, string Detail)
{
    public string Type { get; init; } = "about:blank";

    /// <summary>Which event of a batch, counted from 0.</summary>
    public int? Index { get; init; }

    /// <summary>Which field, for example <c>data.kind</c>.</summary>
    public string? Field { get; init; }

    /// <summary>The sequence number that the duty room takes next.</summary>
    public string? Expected { get; init; }

    /// <summary>The state that the alarm is in.</summary>
    public string? State { get; init; }

    /// <summary>The actions that this state allows.</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    /// <summary>When to try again; also sent as <c>Retry-After</c>.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    public const string ContentType = "application/problem+json";

    public static Problem BadField(string field, string detail) => new(400, "Not as agreed", $"{field}: {detail}") { Field = field };

    public static Problem Missing(string what) => new(404, "Not found", $"There is no {what}.");

    public static Problem Busy(string reason) => new(503, "Try again", reason) { RetryAfter = TimeSpan.FromSeconds(2) };

    public IResult AsResult() => new Answer(this);

    public async Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        response.ContentType = ContentType;
        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(Bytes(), response.HttpContext.RequestAborted);
    }

    /// <summary>The body, as it is sent.</summary>
    public byte[] Bytes() => JsonSerializer.SerializeToUtf8Bytes(this, ProblemJson.Wire.Problem);

    private sealed class Answer(Problem problem) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => problem.Status;

        public Task ExecuteAsync(HttpContext httpContext) => problem.WriteAsync(httpContext.Response);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    public static ProblemJson Wire { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

internal static class ProblemEndpoints
{
    /// <summary>Says in the API document which problems a call may answer with.</summary>
    public static RouteHandlerBuilder Problems(this RouteHandlerBuilder builder, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            builder.Produces<Problem>(status, Problem.ContentType);
        }

        return builder;
    }
}
