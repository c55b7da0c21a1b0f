using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Health;

/// <summary>Where machines ask whether the duty room lives, is ready, and how it does.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", (Liveness liveness) => liveness.Stuck is { } stuck ? Problem.Busy(stuck).AsResult() : TypedResults.Text("alive\n")).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/readyz", ReadyAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/metrics", MetricsAsync).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Where nothing was written for this long, readiness is tried instead of remembered.</summary>
    private static readonly TimeSpan TryAfter = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan TriedWithin = TimeSpan.FromSeconds(5);

    private static async Task<IResult> ReadyAsync(Ledger ledger, Database database, TimeProvider time, CancellationToken cancel)
    {
        if (ledger.SinceCommit >= TryAfter && await TryAsync(ledger, time) is { } reason)
        {
            return Problem.Busy(reason).AsResult();
        }

        if (ledger.Failure is { } failure)
        {
            return Problem.Busy("The last commit failed: " + failure).AsResult();
        }

        try
        {
            await using var db = database.Read();
            await db.Settings.AnyAsync(cancel);
            return TypedResults.Text("ready\n");
        }
        catch (Exception e) when (database.IsUnavailable(e) || e is System.Data.Common.DbException)
        {
            return Problem.Busy("The database cannot be read: " + e.GetBaseException().Message).AsResult();
        }
    }

    /// <summary>Writes a word and sees it committed: a port that answers proves nothing about the disk.</summary>
    /// <returns>Why it could not; null where it could.</returns>
    private static async Task<string?> TryAsync(Ledger ledger, TimeProvider time)
    {
        try
        {
            // On another thread: whoever leads the ledger waits for the disk himself.
            await Task.Run(() => ledger.WriteAsync(Probe)).WaitAsync(TriedWithin, time);
            return null;
        }
        catch (TimeoutException)
        {
            return $"A commit has not come back for {TriedWithin.TotalSeconds:F0} s.";
        }
        catch (StoreUnavailableException e)
        {
            return "Nothing can be stored: " + e.Message;
        }
    }

    private static bool Probe(Writing writing)
    {
        const string name = "probe";
        var now = writing.Now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        if (writing.Db.Settings.Where(s => s.Name == name).ExecuteUpdate(s => s.SetProperty(r => r.Value, now)) == 0)
        {
            writing.Db.Settings.Add(new SettingRow { Name = name, Value = now });
            writing.Db.SaveChanges();
        }

        return true;
    }

    private static async Task<IResult> MetricsAsync(
        Ledger ledger, Feeds feeds, Database database, IntakeHistogram intake, UplinkCounters uplink, CancellationToken cancel)
    {
        var text = new StringBuilder();
        await using var db = database.Read();
        var states = await db.Alarms.GroupBy(a => new { a.State, a.Severity })
            .Select(g => new { g.Key.State, g.Key.Severity, Count = g.Count() }).ToListAsync(cancel);
        Head(text, "smartcourtyard_alarms", "gauge", "Alarms by state and severity");
        foreach (var s in states)
        {
            Line(text, $"smartcourtyard_alarms{{state=\"{Names<AlarmState>.Of(s.State)}\",severity=\"{Names<SmartCourtyard.Alarms.Severity>.Of(s.Severity)}\"}}", s.Count);
        }

        var escalated = await db.Alarms.Where(a => a.Escalated != null).GroupBy(a => a.Escalated!.Value).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(cancel);
        Head(text, "smartcourtyard_alarms_escalated", "gauge", "Alarms that no console showed or nobody answered in time");
        foreach (var e in escalated)
        {
            Line(text, $"smartcourtyard_alarms_escalated{{why=\"{Names<Escalation>.Of(e.Key)}\"}}", e.Count);
        }

        One(text, "smartcourtyard_presence_open", "gauge", "1 while somebody is asked whether the duty room is staffed", await db.Presence.CountAsync(p => p.AnsweredAt == null && p.Alarm == null, cancel));
        One(text, "smartcourtyard_presence_unanswered", "gauge", "How often nobody answered in time", await db.Presence.CountAsync(p => p.Alarm != null, cancel));
        var gateways = GatewayView.Read(db);
        One(text, "smartcourtyard_gateways", "gauge", "Gateways known", gateways.Count);
        One(text, "smartcourtyard_gateways_silent", "gauge", "Gateways not heard for 60 s", gateways.Count(g => g.State == GatewayState.Silent));
        Each(text, "smartcourtyard_events_total", "counter", "Events taken", gateways, g => g.Custody.Seen);
        Each(text, "smartcourtyard_events_missing", "gauge", "Events that have a number and never came", gateways, g => g.Missing);
        Each(text, "smartcourtyard_sequence_skipped", "gauge", "Numbers that a gateway says it has no event for", gateways, g => g.Custody.Skipped);
        Each(text, "smartcourtyard_events_late_total", "counter", "Events that came over 10 s after their time", gateways, g => g.Custody.Late);
        Each(text, "smartcourtyard_events_double_total", "counter", "Events that came once more and were not taken again", gateways, g => g.Custody.Double);
        One(text, "smartcourtyard_troubles", "gauge", "Troubles that stand", gateways.Sum(g => g.Troubles));
        Head(text, "smartcourtyard_proof_last_passed_seconds", "gauge", "When the way from a gateway to here was last proven, in seconds since 1970");
        foreach (var g in gateways.Where(g => g.LastProof is not null))
        {
            Line(text, $"smartcourtyard_proof_last_passed_seconds{{gateway=\"{g.Id}\"}}", g.LastProof!.At.ToUnixTimeSeconds());
        }

        Head(text, "smartcourtyard_proof_last_answered_seconds", "gauge", "When a person last answered a gateway's test alarm, in seconds since 1970");
        foreach (var g in gateways.Where(g => g.ProofAnswered is not null))
        {
            Line(text, $"smartcourtyard_proof_last_answered_seconds{{gateway=\"{g.Id}\"}}", g.ProofAnswered!.At.ToUnixTimeSeconds());
        }

        One(text, "smartcourtyard_proofs_failing", "gauge", "Gateways whose newest daily test failed", gateways.Count(g => g.ProofFailed is not null));
        One(text, "smartcourtyard_stream_clients", "gauge", "Consoles and programs that follow the stream", feeds.Consoles.Followers);
        One(text, "smartcourtyard_consoles", "gauge", "Live consoles of people", feeds.Consoles.People);
        One(text, "smartcourtyard_command_clients", "gauge", "Gateways that follow their commands", feeds.Gateways.Followers);
        One(text, "smartcourtyard_commits_total", "counter", "Commits to disk", ledger.Commits);
        One(text, "smartcourtyard_store_failing", "gauge", "1 while the last commit failed", ledger.Failure is null ? 0 : 1);
        Uplink(text, uplink);
        Head(text, IntakeHistogram.Name, "histogram", "Seconds from a gateway's request to the answer after the commit");
        intake.Write(text);
        return TypedResults.Text(text.ToString(), "text/plain; version=0.0.4");
    }

    private static void Each(StringBuilder text, string name, string type, string help, List<GatewayView> gateways, Func<GatewayView, double> value)
    {
        Head(text, name, type, help);
        foreach (var g in gateways)
        {
            Line(text, $"{name}{{gateway=\"{g.Id}\"}}", value(g));
        }
    }

    private static void Uplink(StringBuilder text, UplinkCounters uplink)
    {
        if (!uplink.IsConfigured)
        {
            return;
        }

        One(text, "smartcourtyard_uplink_up", "gauge", "1 while gateways can be heard through the broker elsewhere", uplink.IsUp ? 1 : 0);
        One(text, "smartcourtyard_uplink_taken_total", "counter", "Messages of gateways that came through it", uplink.Taken);
        Head(text, "smartcourtyard_uplink_refused_total", "counter", "Messages through it that were not taken, by why");
        foreach (var (why, count) in uplink.Refused)
        {
            Line(text, $"smartcourtyard_uplink_refused_total{{why=\"{why}\"}}", count);
        }
    }

    private static void One(StringBuilder text, string name, string type, string help, double value)
    {
        Head(text, name, type, help);
        Line(text, name, value);
    }

    private static void Head(StringBuilder text, string name, string type, string help)
        => text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Line(StringBuilder text, string name, double value)
        => text.Append(name).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
