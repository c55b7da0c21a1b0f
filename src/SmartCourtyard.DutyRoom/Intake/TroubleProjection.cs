using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>How a trouble follows from its two events, in whichever order they come.</summary>
internal static class TroubleProjection
{
    public static void Apply(Writing writing, string courtyard, IncomingTrouble sent, bool isRaised, DateTimeOffset time)
    {
        var trouble = writing.Db.Troubles.Find(sent.Id);
        if (trouble is null)
        {
            trouble = new TroubleRow { Id = sent.Id, Courtyard = courtyard, ReceivedAt = writing.Now };
            writing.Db.Troubles.Add(trouble);
        }

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

        writing.Db.SaveChanges();
        writing.Tell("trouble", TroubleView.Of(trouble), StorageJson.Wire.TroubleView);
        if (sent is { Device: null, Reason: TroubleReason.TestOverdue })
        {
            writing.Gateways.TellConsoles(courtyard);
        }
    }
}
