using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace SmartCourtyard.DutyRoom.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class PostgresInitial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "alarms",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    courtyard = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    kind = table.Column<string>(type: "text", nullable: false),
                    severity = table.Column<string>(type: "text", nullable: false),
                    device = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    building = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    unit = table.Column<int>(type: "integer", nullable: true),
                    floor = table.Column<int>(type: "integer", nullable: true),
                    flat = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    place = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    cause_quantity = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    cause_value = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    state = table.Column<string>(type: "text", nullable: false),
                    condition = table.Column<string>(type: "text", nullable: false),
                    clock = table.Column<string>(type: "text", nullable: false),
                    raised_at = table.Column<long>(type: "bigint", nullable: false),
                    received_at = table.Column<long>(type: "bigint", nullable: false),
                    cleared_at = table.Column<long>(type: "bigint", nullable: true),
                    late = table.Column<bool>(type: "boolean", nullable: false),
                    test = table.Column<bool>(type: "boolean", nullable: false),
                    drill = table.Column<bool>(type: "boolean", nullable: false),
                    confirmed = table.Column<bool>(type: "boolean", nullable: false),
                    spread = table.Column<bool>(type: "boolean", nullable: false),
                    hint = table.Column<string>(type: "text", nullable: true),
                    proof = table.Column<bool>(type: "boolean", nullable: false),
                    asked = table.Column<bool>(type: "boolean", nullable: false),
                    occurrences = table.Column<int>(type: "integer", nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    shown_at = table.Column<long>(type: "bigint", nullable: true),
                    acknowledged_by = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    acknowledged_at = table.Column<long>(type: "bigint", nullable: true),
                    dispatched_to = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    resolution = table.Column<string>(type: "text", nullable: true),
                    tier = table.Column<string>(type: "text", nullable: false),
                    deadline = table.Column<long>(type: "bigint", nullable: true),
                    escalated = table.Column<string>(type: "text", nullable: true),
                    escalated_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alarms", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "answers",
                columns: table => new
                {
                    key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    path = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    by = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    status = table.Column<int>(type: "integer", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_answers", x => new { x.key, x.path, x.by });
                });

            migrationBuilder.CreateTable(
                name: "audit",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    who = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    what = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    target = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    address = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "buildings",
                columns: table => new
                {
                    gateway = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    units = table.Column<int>(type: "integer", nullable: false),
                    floors = table.Column<int>(type: "integer", nullable: false),
                    order = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_buildings", x => new { x.gateway, x.id });
                });

            migrationBuilder.CreateTable(
                name: "commands",
                columns: table => new
                {
                    position = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    gateway = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    type = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    data = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    answered_at = table.Column<long>(type: "bigint", nullable: true),
                    failure = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_commands", x => x.position);
                });

            migrationBuilder.CreateTable(
                name: "devices",
                columns: table => new
                {
                    gateway = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    @class = table.Column<string>(name: "class", type: "text", nullable: true, collation: "C"),
                    building = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    unit = table.Column<int>(type: "integer", nullable: true),
                    floor = table.Column<int>(type: "integer", nullable: true),
                    flat = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    place = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    call = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    health = table.Column<string>(type: "text", nullable: false),
                    reasons = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    last_heard = table.Column<long>(type: "bigint", nullable: true),
                    battery = table.Column<double>(type: "double precision", nullable: true),
                    link_quality = table.Column<double>(type: "double precision", nullable: true),
                    last_test = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_devices", x => new { x.gateway, x.id });
                });

            migrationBuilder.CreateTable(
                name: "events",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    gateway = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    time = table.Column<long>(type: "bigint", nullable: false),
                    received_at = table.Column<long>(type: "bigint", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_events", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "gaps",
                columns: table => new
                {
                    gateway = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    first = table.Column<long>(type: "bigint", nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_gaps", x => new { x.gateway, x.first });
                });

            migrationBuilder.CreateTable(
                name: "gateways",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    street = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    community = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    grid = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    last_heard = table.Column<long>(type: "bigint", nullable: true),
                    first_sequence = table.Column<long>(type: "bigint", nullable: true),
                    last_sequence = table.Column<long>(type: "bigint", nullable: true),
                    event_count = table.Column<long>(type: "bigint", nullable: false),
                    given_sequence = table.Column<long>(type: "bigint", nullable: true),
                    queued = table.Column<long>(type: "bigint", nullable: false),
                    late_count = table.Column<long>(type: "bigint", nullable: false),
                    last_late = table.Column<long>(type: "bigint", nullable: true),
                    duplicate_count = table.Column<long>(type: "bigint", nullable: false),
                    uptime_seconds = table.Column<double>(type: "double precision", nullable: true),
                    version = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    silence_alarm = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_gateways", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "presence",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    asked_at = table.Column<long>(type: "bigint", nullable: false),
                    asked_by = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    answer_by = table.Column<long>(type: "bigint", nullable: false),
                    answered_by = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    answered_at = table.Column<long>(type: "bigint", nullable: true),
                    alarm = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_presence", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "proofs",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    gateway = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    alarm_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    passed = table.Column<bool>(type: "boolean", nullable: false),
                    stored = table.Column<bool>(type: "boolean", nullable: false),
                    shown = table.Column<bool>(type: "boolean", nullable: false),
                    took_milliseconds = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    asked = table.Column<bool>(type: "boolean", nullable: false),
                    answered_by = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    answered_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_proofs", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sessions",
                columns: table => new
                {
                    sha256 = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    user = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    expires_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sessions", x => x.sha256);
                });

            migrationBuilder.CreateTable(
                name: "settings",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    value = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_settings", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "stream",
                columns: table => new
                {
                    position = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    @event = table.Column<string>(name: "event", type: "text", nullable: false, collation: "C"),
                    data = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_stream", x => x.position);
                });

            migrationBuilder.CreateTable(
                name: "timeline",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    alarm_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    what = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    by = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    note = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_timeline", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "tokens",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    sha256 = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    role = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    gateway = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_tokens", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "troubles",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    courtyard = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    reason = table.Column<string>(type: "text", nullable: false),
                    device = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    raised_at = table.Column<long>(type: "bigint", nullable: false),
                    received_at = table.Column<long>(type: "bigint", nullable: false),
                    cleared_at = table.Column<long>(type: "bigint", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    building = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    unit = table.Column<int>(type: "integer", nullable: true),
                    why = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    by = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    until = table.Column<long>(type: "bigint", nullable: true),
                    shelves = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_troubles", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "users",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    password_hash = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    role = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    disabled = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_users", x => x.name);
                });

            migrationBuilder.CreateIndex(
                name: "IX_alarms_courtyard",
                table: "alarms",
                column: "courtyard");

            migrationBuilder.CreateIndex(
                name: "IX_alarms_id",
                table: "alarms",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_alarms_state",
                table: "alarms",
                column: "state",
                filter: "state <> 'closed'");

            migrationBuilder.CreateIndex(
                name: "IX_commands_gateway_position",
                table: "commands",
                columns: new[] { "gateway", "position" });

            migrationBuilder.CreateIndex(
                name: "IX_commands_id",
                table: "commands",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_events_gateway_sequence",
                table: "events",
                columns: new[] { "gateway", "sequence" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_presence_asked_at",
                table: "presence",
                column: "asked_at");

            migrationBuilder.CreateIndex(
                name: "IX_proofs_gateway_at",
                table: "proofs",
                columns: new[] { "gateway", "at" });

            migrationBuilder.CreateIndex(
                name: "IX_timeline_alarm_id",
                table: "timeline",
                column: "alarm_id");

            migrationBuilder.CreateIndex(
                name: "IX_troubles_cleared_at",
                table: "troubles",
                column: "cleared_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "alarms");

            migrationBuilder.DropTable(
                name: "answers");

            migrationBuilder.DropTable(
                name: "audit");

            migrationBuilder.DropTable(
                name: "buildings");

            migrationBuilder.DropTable(
                name: "commands");

            migrationBuilder.DropTable(
                name: "devices");

            migrationBuilder.DropTable(
                name: "events");

            migrationBuilder.DropTable(
                name: "gaps");

            migrationBuilder.DropTable(
                name: "gateways");

            migrationBuilder.DropTable(
                name: "presence");

            migrationBuilder.DropTable(
                name: "proofs");

            migrationBuilder.DropTable(
                name: "sessions");

            migrationBuilder.DropTable(
                name: "settings");

            migrationBuilder.DropTable(
                name: "stream");

            migrationBuilder.DropTable(
                name: "timeline");

            migrationBuilder.DropTable(
                name: "tokens");

            migrationBuilder.DropTable(
                name: "troubles");

            migrationBuilder.DropTable(
                name: "users");
        }
    }
}
