using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>What a piece of work may do inside the writer's transaction.</summary>
internal sealed class Writing : IDisposable
{
    private readonly WriterConnection connection;
    private readonly TimeProvider time;
    private readonly Statement begin, commit, rollback, save, undo, release, addStream, addCommand, addAudit;
    private readonly List<FeedItem> forConsoles = [];
    private readonly List<FeedItem> forGateways = [];
    private DutyRoomDb? db;
    private bool isAlone;
    private bool isCommitting;

    public Writing(WriterConnection connection, TimeProvider time)
    {
        (this.connection, this.time) = (connection, time);
        begin = connection.Prepare(connection.Begin);
        commit = connection.Prepare("COMMIT");
        rollback = connection.Prepare("ROLLBACK");
        save = connection.Prepare("SAVEPOINT work");
        undo = connection.Prepare("ROLLBACK TO work; RELEASE work");
        release = connection.Prepare("RELEASE work");
        addStream = connection.Prepare("INSERT INTO stream(event, data) VALUES(@e, @d) RETURNING position", "e", "d");
        addCommand = connection.Prepare(
            "INSERT INTO commands(id, gateway, type, data, at) VALUES(@i, @g, @t, @d, @a) RETURNING position", "i", "g", "t", "d", "a");
        addAudit = connection.Prepare("INSERT INTO audit(at, who, what, target, address) VALUES(@a, @w, @t, @o, @f)", "a", "w", "t", "o", "f");
        Alarms = new AlarmLog(connection);
        Events = new EventLog(connection);
        Gateways = new GatewayLog(this, connection, time);
    }

    public AlarmLog Alarms { get; }
    public EventLog Events { get; }
    public GatewayLog Gateways { get; }

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>How many consoles of people are live now.</summary>
    public Func<int> Consoles { get; init; } = () => 0;

    /// <summary>The same transaction through EF Core, for what is not in a hurry. Save before returning.</summary>
    public DutyRoomDb Db => db ??= connection.OpenDb();

    /// <summary>The connection is gone.</summary>
    public bool IsLost => connection.IsLost(inCommit: false);

    public bool IsRefused { get; private set; }
    public IReadOnlyList<FeedItem> ForConsoles => forConsoles;
    public IReadOnlyList<FeedItem> ForGateways => forGateways;

    /// <summary>Nothing of this piece of work shall be kept.</summary>
    public void Refuse() => IsRefused = true;

    /// <summary>Tells every console; kept for those who come back later.</summary>
    public void Tell<T>(string name, T what, JsonTypeInfo<T> json)
    {
        var data = JsonSerializer.Serialize(what, json);
        var position = (long)addStream.Scalar(name, data)!;
        forConsoles.Add(FeedItem.Of(position, null, name, data));
    }

    /// <summary>The alarm as it now stands: stored, and told to every console.</summary>
    public AlarmView Publish(AlarmRow alarm, bool sound)
    {
        Alarms.Save(alarm);
        var view = Alarms.View(alarm);
        Tell("alarm", view with { Sound = sound }, StorageJson.Wire.AlarmView);
        return view;
    }

    /// <summary>Tells the alarm's gateway how far the duty room is with it. What the duty room raised itself, no gateway knows.</summary>
    public void Receipt(AlarmRow alarm, string type, string? by, int? consoles = null)
    {
        if (alarm.Kind == SmartCourtyard.Alarms.AlarmKind.Supervision)
        {
            return;
        }

        var command = new Receipt(Guid.CreateVersion7(Now).ToString(), alarm.Id, Now, by, consoles);
        Command(alarm.Courtyard, command.Id, type, JsonSerializer.Serialize(command, StorageJson.Wire.Receipt));
    }

    /// <summary>Tells a gateway something; kept until it has answered.</summary>
    public void Command(string gateway, string id, string type, string data)
    {
        var position = (long)addCommand.Scalar(id, gateway, type, data, Now.ToUnixTimeMilliseconds())!;
        forGateways.Add(FeedItem.Of(position, gateway, type, data));
    }

    /// <summary>An order as it now stands, told to every console.</summary>
    public CommandView TellOrder(string id)
    {
        var view = CommandView.Of(Db.Commands.AsNoTracking().Single(c => c.Id == id), Now);
        Tell("command", view, StorageJson.Wire.CommandView);
        return view;
    }

    public void Audit(string who, string what, string? target = null, string? address = null)
        => addAudit.Execute(Now.ToUnixTimeMilliseconds(), who, what, target, address);

    public long LastStreamPosition() => connection.LastNumberOf("stream");

    public long LastCommandPosition() => connection.LastNumberOf("commands");

    public void Begin() => begin.Execute();

    public void Commit()
    {
        isCommitting = true;
        commit.Execute();
        isCommitting = false;
    }

    /// <summary>Work that shares its transaction with others gets a savepoint to go back to; work that is alone has the transaction.</summary>
    public void Start(bool isAlone)
    {
        (this.isAlone, IsRefused) = (isAlone, false);
        forConsoles.Clear();
        forGateways.Clear();
        db?.ChangeTracker.Clear();
        if (!isAlone)
        {
            save.Execute();
        }
    }

    public void Undo()
    {
        if (isAlone)
        {
            rollback.Execute();
            begin.Execute();
        }
        else
        {
            undo.Execute();
        }
    }

    public void Finish()
    {
        if (!isAlone)
        {
            release.Execute();
        }
    }

    /// <summary>Undoes everything after a failure.</summary>
    /// <returns>False where this connection is of no use any more; what it was committing may be stored or not.</returns>
    public bool Rollback()
    {
        db?.ChangeTracker.Clear();
        try
        {
            rollback.Execute();
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException)
        {
            // SQLite has rolled back by itself where a full disk or an I/O error ended the transaction; a lost connection has as well.
        }

        return !connection.IsLost(isCommitting);
    }

    /// <summary>What was told to consoles and gateways after these positions.</summary>
    public (List<FeedItem> Consoles, List<FeedItem> Gateways) ToldAfter(long stream, long commands) => (
        [.. Db.Stream.AsNoTracking().Where(s => s.Position > stream).OrderBy(s => s.Position).AsEnumerable()
            .Select(s => FeedItem.Of(s.Position, null, s.Event, s.Data))],
        [.. Db.Commands.AsNoTracking().Where(c => c.Position > commands).OrderBy(c => c.Position).AsEnumerable()
            .Select(c => FeedItem.Of(c.Position, c.Gateway, c.Type, c.Data))]);

    public void Dispose()
    {
        db?.Dispose();
        Alarms.Dispose();
        Events.Dispose();
        Gateways.Dispose();
        foreach (var statement in new[] { begin, commit, rollback, save, undo, release, addStream, addCommand, addAudit })
        {
            statement.Dispose();
        }

        connection.Dispose();
    }
}
