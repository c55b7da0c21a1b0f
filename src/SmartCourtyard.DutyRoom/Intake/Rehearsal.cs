using System.Buffers;
using System.Globalization;
using System.Text;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>
/// Takes alarms at the start and undoes it, so that the first real one does not wait until the program has been compiled.
/// </summary>
internal sealed partial class Rehearsal(Ledger ledger, TimeProvider time, ILogger<Rehearsal> logger) : BackgroundService
{
    private const string Gateway = "rehearsal";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var (events, _) = BatchReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Alarm())), Gateway);
            await ledger.WriteAsync(writing =>
            {
                var taken = Taking.Take(writing, Gateway, events!);
                writing.Refuse();
                return taken;
            });
        }
        catch (StoreUnavailableException e)
        {
            LogSkipped(e.Message);
        }
    }

    private string Alarm()
    {
        var (id, now) = (Guid.CreateVersion7(time.GetUtcNow()), time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
        return $$$"""
            [{{{Event(1, id, now)}}},{{{Event(3, Guid.CreateVersion7(time.GetUtcNow()), now)}}}]
            """;
    }

    /// <summary>The second one leaves a gap behind it, as an alarm does that overtakes.</summary>
    private static string Event(int sequence, Guid id, string now) => $$$"""
            {"specversion":"1.0","id":"{{{id}}}","source":"/gateways/{{{Gateway}}}","type":"smartcourtyard.alarm.raised.v1","time":"{{{now}}}",
              "sequence":"{{{sequence}}}","data":{"alarmId":"{{{id}}}","kind":"smoke","severity":"life","device":"rehearsal",
              "at":{"building":"b01","unit":1,"floor":1,"flat":"101","place":"kitchen"},"cause":{"quantity":"smoke","value":true},
              "raisedAt":"{{{now}}}","clock":"synchronised","test":true}}
            """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The rehearsal was skipped: {Reason}")]
    private partial void LogSkipped(string reason);
}
