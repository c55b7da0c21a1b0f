namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>
/// The connection that writes, kept for the ledger: a connection that was lost is opened again, and whoever follows is told first
/// what the lost one has stored after all.
/// </summary>
internal sealed partial class Writer : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    private readonly Database database;
    private readonly Feeds feeds;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private Writing? writing;
    private Writing? lost;
    private string reason = "";
    private TimeSpan pause;
    private long triedAt;

    public Writer(Database database, Feeds feeds, TimeProvider time, ILogger logger)
    {
        (this.database, this.feeds, this.time, this.logger) = (database, feeds, time, logger);
        try
        {
            var opened = Open();
            Start(opened);
            writing = opened;
        }
        catch (Exception e) when (database.IsNotUpYet(e))
        {
            // It went away just now; the first work opens it.
            (reason, triedAt) = (e.GetBaseException().Message, time.GetTimestamp());
        }
    }

    public bool IsReplaced { get; private set; }

    public bool IsCutOff => writing is null;

    /// <summary>Whatever is thrown over a lost connection comes from its loss.</summary>
    public bool IsUnavailable(Exception e) => e is StoreUnavailableException || database.IsUnavailable(e) || writing is { IsLost: true };

    /// <summary>A transaction, on a new connection where the old one is gone.</summary>
    /// <exception cref="StoreUnavailableException">It is too soon to try again.</exception>
    public Writing Begin()
    {
        if (writing is not null)
        {
            try
            {
                writing.Begin();
                return writing;
            }
            catch (Exception e) when (database.IsUnavailable(e) && !writing.Rollback())
            {
                // It died while nobody wrote: nothing is lost by it, and nobody need come again.
                Drop();
            }
        }

        Reconnect();
        writing!.Begin();
        return writing;
    }

    /// <summary>The transaction failed.</summary>
    public void Undo()
    {
        if (writing is not null && !writing.Rollback())
        {
            Drop();
        }
    }

    public void Dispose()
    {
        writing?.Dispose();
        lost?.Dispose();
    }

    private void Drop()
    {
        (lost, writing) = (writing, null);
        lost!.Dispose();
        (pause, triedAt) = (TimeSpan.Zero, time.GetTimestamp());
    }

    private void Reconnect()
    {
        if (IsReplaced || time.GetElapsedTime(triedAt) < pause)
        {
            throw new StoreUnavailableException(reason);
        }

        Writing? opened = null;
        try
        {
            opened = Open();
            if (lost is null)
            {
                Start(opened);
            }
            else
            {
                CatchUp(opened);
                opened.Gateways.GoOnFrom(lost.Gateways);
            }

            (writing, lost) = (opened, null);
            LogBack();
        }
        catch (Exception e)
        {
            opened?.Dispose();
            reason = e.GetBaseException().Message;
            IsReplaced = e is AnotherWriterException;
            (pause, triedAt) = (pause == TimeSpan.Zero ? FirstPause : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, pause.Ticks * 2)), time.GetTimestamp());
            throw new StoreUnavailableException(reason, e);
        }
    }

    private Writing Open()
    {
        var connection = new WriterConnection(database);
        try
        {
            if (connection.WhyNotDurable() is { } why)
            {
                LogNotDurable(why);
            }

            return new Writing(connection, time) { Consoles = () => feeds.Consoles.People };
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Start(Writing opened)
    {
        feeds.Consoles.StartAt(opened.LastStreamPosition());
        feeds.Gateways.StartAt(opened.LastCommandPosition());
    }

    /// <summary>A commit whose answer was lost may be stored: nobody was told of it, and what its sender repeats is a duplicate.</summary>
    private void CatchUp(Writing opened)
    {
        var (consoles, gateways) = opened.ToldAfter(feeds.Consoles.LastPosition, feeds.Gateways.LastPosition);
        consoles.ForEach(feeds.Consoles.Publish);
        gateways.ForEach(feeds.Gateways.Publish);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to the database was lost and is back")]
    private partial void LogBack();

    [LoggerMessage(Level = LogLevel.Warning, Message = "A commit may not be on disk when it is confirmed: {Why}")]
    private partial void LogNotDurable(string why);
}
