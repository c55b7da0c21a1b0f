using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>How a trouble follows from its two events, in whichever order they come.</summary>
internal static class TroubleProjection
{
    public static void Apply(Writing writing, string courtyard, IncomingTrouble sent, bool isRaised, DateTimeOffset time, long sequence)
    {
        var trouble = writing.Db.Troubles.Find(sent.Id);
        if (trouble is null)
        {
            trouble = new TroubleRow { Id = sent.Id, Courtyard = courtyard, ReceivedAt = writing.Now };
            writing.Db.Troubles.Add(trouble);
            // What comes from before the last start and was not known there any more is over.
            isRaised &= !IsForgotten(writing.Db.Gateways.Find(courtyard)!, sent.Id, sequence);
        }

        trouble.Sequence = Math.Max(trouble.Sequence, sequence);
        (trouble.Reason, trouble.Device, trouble.RaisedAt) = (sent.Reason, sent.Device, sent.RaisedAt);
        trouble.Detail = sent.Detail ?? trouble.Detail;
        (trouble.Building, trouble.Unit) = (sent.At.Building ?? trouble.Building, sent.At.Unit ?? trouble.Unit);
        if (sent.Service is { } said)
        {
            (trouble.Why, trouble.By, trouble.Until, trouble.Shelves) = (said.Reason, said.By, said.Until, said.Shelves);
        }

        if (!isRaised)
        {
            trouble.ClearedAt = time;
        }

        Keep(writing, trouble);
    }

    /// <summary>
    /// A gateway that starts says which troubles it knows of. Where it is killed while its disk is full it has forgotten what it said last:
    /// a trouble that is not among them it will never end, and it raises another where the reason stands still; one that is among them and
    /// was ended stands again until it is ended once more.
    /// </summary>
    public static void Started(Writing writing, string courtyard, Incoming started)
    {
        if (started.Troubles is not { } known)
        {
            return;
        }

        var gateway = writing.Db.Gateways.Find(courtyard)!;
        if (gateway.StartedSequence > started.Sequence)
        {
            return;
        }

        var ids = known.ToArray();
        (gateway.StartedSequence, gateway.StartedTroubles) = (started.Sequence, string.Join(' ', ids));
        writing.Db.SaveChanges();
        var before = writing.Db.Troubles.Where(t => t.Courtyard == courtyard && t.Sequence < started.Sequence && (t.ClearedAt == null || ids.Contains(t.Id))).ToList();
        foreach (var trouble in before.Where(t => t.ClearedAt is null != known.Contains(t.Id)))
        {
            trouble.ClearedAt = trouble.ClearedAt is null ? started.Time : null;
            Keep(writing, trouble);
        }
    }

    private static bool IsForgotten(GatewayRow gateway, string trouble, long sequence)
        => gateway.StartedSequence > sequence && !gateway.StartedTroubles!.Split(' ').Contains(trouble, StringComparer.Ordinal);

    private static void Keep(Writing writing, TroubleRow trouble)
    {
        writing.Db.SaveChanges();
        writing.Tell("trouble", TroubleView.Of(trouble), StorageJson.Wire.TroubleView);
        if (trouble is { Device: null, Reason: TroubleReason.TestOverdue })
        {
            writing.Gateways.TellConsoles(trouble.Courtyard);
        }
    }
}
