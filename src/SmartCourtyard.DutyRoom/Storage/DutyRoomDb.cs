using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>The duty room's tables, as they are in SQLite.</summary>
internal partial class DutyRoomDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<EventRow> Events => Set<EventRow>();
    public DbSet<AlarmRow> Alarms => Set<AlarmRow>();
    public DbSet<TimelineRow> Timeline => Set<TimelineRow>();
    public DbSet<StreamRow> Stream => Set<StreamRow>();
    public DbSet<CommandRow> Commands => Set<CommandRow>();
    public DbSet<GatewayRow> Gateways => Set<GatewayRow>();
    public DbSet<GapRow> Gaps => Set<GapRow>();
    public DbSet<PresenceRow> Presence => Set<PresenceRow>();
    public DbSet<BuildingRow> Buildings => Set<BuildingRow>();
    public DbSet<DeviceRow> Devices => Set<DeviceRow>();
    public DbSet<TroubleRow> Troubles => Set<TroubleRow>();
    public DbSet<ProofRow> Proofs => Set<ProofRow>();
    public DbSet<UserRow> Users => Set<UserRow>();
    public DbSet<TokenRow> Tokens => Set<TokenRow>();
    public DbSet<SessionRow> Sessions => Set<SessionRow>();
    public DbSet<AnswerRow> Answers => Set<AnswerRow>();
    public DbSet<AuditRow> Audit => Set<AuditRow>();
    public DbSet<SettingRow> Settings => Set<SettingRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<MillisecondsConverter>();
        configurationBuilder.Properties<AlarmKind>().HaveConversion<NameConverter<AlarmKind>>();
        configurationBuilder.Properties<AlarmHint>().HaveConversion<NameConverter<AlarmHint>>();
        configurationBuilder.Properties<Severity>().HaveConversion<NameConverter<Severity>>();
        configurationBuilder.Properties<AlarmCondition>().HaveConversion<NameConverter<AlarmCondition>>();
        configurationBuilder.Properties<ClockState>().HaveConversion<NameConverter<ClockState>>();
        configurationBuilder.Properties<AlarmState>().HaveConversion<NameConverter<AlarmState>>();
        configurationBuilder.Properties<Resolution>().HaveConversion<NameConverter<Resolution>>();
        configurationBuilder.Properties<Escalation>().HaveConversion<NameConverter<Escalation>>();
        configurationBuilder.Properties<Tier>().HaveConversion<NameConverter<Tier>>();
        configurationBuilder.Properties<TroubleReason>().HaveConversion<NameConverter<TroubleReason>>();
        configurationBuilder.Properties<HealthState>().HaveConversion<NameConverter<HealthState>>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        Custody(modelBuilder);
        People(modelBuilder);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.SetTableName(Snake(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(Snake(property.Name));
            }
        }
    }

    private static void Custody(ModelBuilder model)
    {
        model.Entity<EventRow>(e => e.HasIndex(r => new { r.Gateway, r.Sequence }).IsUnique());
        model.Entity<AlarmRow>(e =>
        {
            e.HasKey(r => r.Number);
            e.Property(r => r.Id).IsRequired();
            e.HasIndex(r => r.Id).IsUnique();
            e.HasIndex(r => r.State).HasFilter("state <> 'closed'");
            e.HasIndex(r => r.Courtyard);
            e.HasIndex(r => new { r.Courtyard, r.Device }).HasFilter("state <> 'closed'");
        });
        model.Entity<TimelineRow>(e => e.HasIndex(r => r.AlarmId));
        model.Entity<StreamRow>(e => e.HasKey(r => r.Position));
        model.Entity<CommandRow>(e =>
        {
            e.HasKey(r => r.Position);
            e.Property(r => r.Id).IsRequired();
            e.HasIndex(r => r.Id).IsUnique();
            e.HasIndex(r => new { r.Gateway, r.Position });
        });
        model.Entity<GapRow>(e => e.HasKey(r => new { r.Gateway, r.First }));
        model.Entity<PresenceRow>(e => e.HasIndex(r => r.AskedAt));
        model.Entity<BuildingRow>(e => e.HasKey(r => new { r.Gateway, r.Id }));
        model.Entity<DeviceRow>(e => e.HasKey(r => new { r.Gateway, r.Id }));
        model.Entity<TroubleRow>(e => e.HasIndex(r => r.ClearedAt));
        model.Entity<ProofRow>(e => e.HasIndex(r => new { r.Gateway, r.At }));
    }

    private static void People(ModelBuilder model)
    {
        model.Entity<UserRow>(e => e.HasKey(r => r.Name));
        model.Entity<TokenRow>(e => e.HasKey(r => r.Name));
        model.Entity<SessionRow>(e => e.HasKey(r => r.Sha256));
        model.Entity<AnswerRow>(e => e.HasKey(r => new { r.Key, r.Path, r.By }));
        model.Entity<SettingRow>(e => e.HasKey(r => r.Name));
    }

    private static string Snake(string name) => WordStart().Replace(name, "_$0").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])[A-Z]")]
    private static partial Regex WordStart();
}

/// <summary>Lets <c>dotnet ef</c> see the model without starting the program; no database is opened.</summary>
internal sealed class DesignTimeDb : IDesignTimeDbContextFactory<DutyRoomDb>
{
    public DutyRoomDb CreateDbContext(string[] args)
        => new(new DbContextOptionsBuilder<DutyRoomDb>().UseSqlite("Data Source=:memory:").Options);
}

/// <summary>The same tables in PostgreSQL; a type of its own, because that is how EF Core tells the migrations of one from those of the other.</summary>
internal sealed class PostgresDb(DbContextOptions<PostgresDb> options) : DutyRoomDb(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        // Sorted and compared as in SQLite, byte by byte, whatever the server's language is.
        configurationBuilder.Properties<string>().UseCollation("C");
    }
}

internal sealed class DesignTimePostgresDb : IDesignTimeDbContextFactory<PostgresDb>
{
    public PostgresDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<PostgresDb>().UseNpgsql("Host=nowhere").Options);
}
