using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Reports;

/// <summary>Where managers see how many alarms there were, how fast they were dealt with, how many were false, and what causes them.</summary>
internal static class ReportEndpoints
{
    private const int UsualLimit = 20;
    private const int ListLimit = 500;

    public static void MapReports(this IEndpointRouteBuilder routes)
    {
        var reports = routes.MapGroup("/api/v1/reports").WithTags("reports").RequireAuthorization(Policies.Read);
        reports.MapGet("/response", ResponseAsync).WithName("reportResponse")
            .WithSummary("How many alarms, and how fast they were received, shown, answered, reached and closed; the last 7 days unless said otherwise, at most 366")
            .Produces<ResponseReport>().Problems(400, 401, 403, 503);
        reports.MapGet("/causes", CausesAsync).WithName("reportCauses").WithSummary("What alarms turned out to be, by device and by building, worst first")
            .Produces<CausesReport>().Problems(400, 401, 403, 503);
        reports.MapGet("/alarms.csv", CsvAsync).WithName("reportAlarms").WithSummary("One line for each alarm with all its times, for a spreadsheet; headings in zh-CN or en")
            .Produces<string>(200, "text/csv").Problems(400, 401, 403, 503);
    }

    private static async Task<IResult> ResponseAsync(
        [AsParameters] ReportQuery query, Database database, ReportTurn turn, TimeProvider time, CancellationToken cancel)
    {
        if (ReportFilter.Read(query, time, out var filter) is { } problem)
        {
            return problem.AsResult();
        }

        using (await turn.TakeAsync(cancel))
        {
            return TypedResults.Ok(await ResponseReport.MakeAsync(database, filter, time.GetUtcNow(), cancel));
        }
    }

    private static async Task<IResult> CausesAsync(
        [AsParameters] ReportQuery query, string? limit, Database database, ReportTurn turn, TimeProvider time, CancellationToken cancel)
    {
        var count = UsualLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > ListLimit))
        {
            return Problem.BadField("limit", $"a whole number from 1 to {ListLimit} is allowed").AsResult();
        }

        if (ReportFilter.Read(query, time, out var filter) is { } problem)
        {
            return problem.AsResult();
        }

        using (await turn.TakeAsync(cancel))
        {
            return TypedResults.Ok(await CausesReport.MakeAsync(database, filter, count, cancel));
        }
    }

    private static async Task<IResult> CsvAsync(
        [AsParameters] ReportQuery query, string? lang, HttpContext http, Database database, ReportTurn turn, TimeProvider time)
    {
        if (lang is not (null or "zh-CN" or "en"))
        {
            return Problem.BadField("lang", "zh-CN or en is allowed").AsResult();
        }

        if (ReportFilter.Read(query, time, out var filter) is { } problem)
        {
            return problem.AsResult();
        }

        await WriteAsync(http, filter, lang != "en", database, turn, time.GetUtcNow());
        return TypedResults.Empty;
    }

    private static async Task WriteAsync(HttpContext http, ReportFilter filter, bool chinese, Database database, ReportTurn turn, DateTimeOffset now)
    {
        var cancel = http.RequestAborted;
        await using var pages = AlarmPages.ReadAsync(database, filter, isWhole: true, cancel).GetAsyncEnumerator(cancel);
        // The first page before the first word: a store that cannot be read is still told as a problem.
        var more = await NextAsync(pages, turn, cancel);
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"alarms-{Day(filter.From, filter)}-{Day(filter.To.AddTicks(-1), filter)}.csv\"";
        // Excel takes a file without this mark for one in the old code page of its machine.
        await using var writer = new StreamWriter(http.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        await writer.WriteAsync(AlarmsCsv.Heading(chinese));
        while (more)
        {
            await AlarmsCsv.WriteAsync(writer, database, pages.Current, filter.Zone, now, cancel);
            await writer.FlushAsync(cancel);
            more = await NextAsync(pages, turn, cancel);
        }
    }

    /// <summary>Whoever takes the lines slowly keeps no other report waiting meanwhile.</summary>
    private static async Task<bool> NextAsync<T>(IAsyncEnumerator<T> pages, ReportTurn turn, CancellationToken cancel)
    {
        using (await turn.TakeAsync(cancel))
        {
            return await pages.MoveNextAsync();
        }
    }

    private static string Day(DateTimeOffset at, ReportFilter filter)
        => TimeZoneInfo.ConvertTime(at, filter.Zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>One report is made at a time: alarms are taken on the same machine, and no manager is in such a hurry.</summary>
internal sealed class ReportTurn : IDisposable
{
    private readonly SemaphoreSlim free = new(1);

    public async Task<IDisposable> TakeAsync(CancellationToken cancel)
    {
        await free.WaitAsync(cancel);
        return new Turn(free);
    }

    public void Dispose() => free.Dispose();

    private sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(ResponseReport))]
[JsonSerializable(typeof(CausesReport))]
internal sealed partial class ReportsJson : JsonSerializerContext;
