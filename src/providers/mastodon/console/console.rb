# Herdbook's console: runs inside `bin/rails runner` and stays open for a run. ASCII only: it arrives as bytes.
#
# stdin:  the length of this program in bytes and a newline, this program, then one JSON line a request:
#   {"id": 1, "op": "hello", "mark": NONCE, "actor": USERNAME | null, "reader": text of reader.sql, "reading": true |
# false}
#     comes first; with "reading" nothing but reads is answered for the whole session
#   {"id": 2, "op": "read", "request": {"tables": [...], "accounts": [...], "acting": USERNAME, "measure": [...]}}
#   {"id": 3, "op": "write", "writes": [Write, ...]}        one result a write, in order
#   {"id": 4, "op": "settle", "owed": [{"kind": ..., "id": ..., "action": ..., "fields": {...}}, ...]}
#     queues the workers of those objects that are there as they were set
#   {"id": 5, "op": "token_create", "username": ..., "application": ..., "role": {"name", "position", "permissions"},
# "scopes": [...]}
#   {"id": 6, "op": "token_destroy", "token": ...}
#   {"id": 7, "op": "quit"}
# stdout: a newline, then `HERDBOOK-NONCE {"id": 1, "ok": true, "result": ...}` or
#   `HERDBOOK-NONCE {"id": 1, "ok": false, "error": {"code": ..., "message": ...}}`; all else is noise.
module Herdbook
  Refused = Class.new(StandardError) do
    attr_reader :code

    def initialize(code, message)
      super(message)
      @code = code
    end
  end

  Changed = Class.new(StandardError) do
    attr_reader :live

    def initialize(live)
      super('changed')
      @live = live
    end
  end

  # Filled by the parts of the kinds: what writes one row of a table, what takes some writes together, and what
  # finishes the effects of a kind.
  WRITES = {}
  BATCHES = []
  SETTLE = {}

  module_function

  def serve
    $stdin.set_encoding('UTF-8')
    $stdout.set_encoding('UTF-8')
    $stdout.sync = true
    while (line = $stdin.gets)
      request = JSON.parse(line)
      break if request['op'] == 'quit'

      answer(request)
    end
  end

  def answer(request)
    @mark ||= request.fetch('mark')
    result = ApplicationRecord.uncached { I18n.with_locale(:en) { with_index { perform(request) } } }
    say(request, ok: true, result: result)
  rescue Refused => e
    say(request, ok: false, error: { code: e.code, message: e.message })
  rescue StandardError => e
    message = "#{e.class}: #{e.message.lines.first.to_s.strip}"
    say(request, ok: false, error: { code: 'console-error', message: message })
  end

  def say(request, body)
    $stdout.write("\nHERDBOOK-#{@mark} #{JSON.generate({ id: request['id'] }.merge(body))}\n")
  end

  # Without this, Elasticsearch is asked anew for every row.
  def with_index(&)
    defined?(Chewy) && Chewy.enabled? ? Chewy.strategy(:mastodon, &) : yield
  end

  def perform(request)
    if @reading && request['op'] != 'read'
      raise Refused.new('write-while-planning', "#{request['op']} was asked for while planning")
    end

    case request['op']
    when 'hello' then hello(request)
    when 'read'
      ApplicationRecord.transaction(isolation: :repeatable_read) do
        read(request['request'], 'set transaction read only')
      end
    when 'write' then write(request['writes'])
    when 'settle' then settle(request['owed'])
    when 'token_create' then token_create(request)
    when 'token_destroy' then token_destroy(request['token'])
    else raise Refused.new('unknown-request', "there is no request #{request['op']}")
    end
  end

  def hello(request)
    @reader = request['reader']
    @reading = request['reading'] == true
    @actor = request['actor'] && Account.find_local(request['actor'])
    user = @actor&.user
    {
      version: Mastodon::Version.to_s,
      domain: Rails.configuration.x.local_domain,
      actor: user && {
        id: @actor.id.to_s, username: @actor.username, role: user.role.name, position: user.role.position,
        permissions: permissions_of(user.role.computed_permissions), functional: functional?(user)
      },
      permissions: UserRole::FLAGS.keys,
      settings: Form::AdminSettings::KEYS - Form::AdminSettings::UPLOAD_KEYS,
      role_columns: UserRole.column_names,
    }
  end

  # The document of reader.sql, in the transaction that the caller has opened.
  def read(request, *before)
    connection = ApplicationRecord.connection
    before.each { |sql| connection.execute(sql) }
    connection.execute("select set_config('herdbook.request', #{connection.quote(request.to_json)}, true)")
    document = JSON.parse(connection.execute(@reader).getvalue(0, 0))
    document.merge('domain' => Rails.configuration.x.local_domain, 'version' => Mastodon::Version.to_s)
  end

  # Finishes what writes that were cut off still owe, kind by kind.
  def settle(owed)
    queued = owed.group_by { |one| one['kind'] }.map { |kind, of_kind| SETTLE.fetch(kind).call(of_kind) }
    { queued: queued.sum }
  end

  # Some writes go in together; every other one has a transaction of its own.
  def write(writes)
    unless @actor&.user
      raise Refused.new('no-actor', 'there is no account to act in the name of: ' \
                                    'name one of this server in acting_account')
    end

    results = Array.new(writes.size)
    rest = BATCHES.reduce(writes.each_with_index.to_a) do |left, (takes, perform)|
      batch, others = left.partition { |one, _| takes.call(one) }
      perform.call(batch.map(&:first)).zip(batch) { |result, (_, index)| results[index] = result } if batch.any?
      others
    end
    rest.each { |one, index| results[index] = results_of([one]) { [WRITES.fetch(one['table']).call(one)] }.first }
    results
  end

  def results_of(writes)
    after = []
    results = ApplicationRecord.transaction do
      @after = after
      yield
    end
  rescue Changed => e
    writes.map { { state: 'changed', live: e.live } }
  rescue Refused => e
    writes.map { refused(e.code, e.message) }
  rescue ActiveRecord::RecordInvalid, ActiveRecord::RecordNotUnique, ActiveRecord::RecordNotFound, Mastodon::Error,
         ArgumentError => e
    writes.map { refused('refused-by-mastodon', e.message.lines.first.strip) }
  else
    # Outside of what is rescued: what is written is not refused any more.
    after.each(&:call)
    results
  end

  def later(&block)
    @after << block
  end

  def done(id, live = nil)
    { state: 'done', serverId: id&.to_s, live: live }.compact
  end

  # What was thrown undid all of it.
  def refused(code, message)
    { state: 'refused', reason: { code: code, severity: 'error', message: message } }
  end

  def log(action, target, account = @actor)
    Admin::ActionLog.create!(account: account, action: action, target: target)
  end

  # What the plan saw must still be there. Texts are compared without what line ends and empty values add.
  def expect!(write, live)
    differs = write['expect'].any? { |field, value| live.nil? || plain(field, live[field]) != plain(field, value) }
    raise Changed.new(live) if differs
  end

  def plain(field, value)
    return value.sort if field == 'permissions'
    return value.to_s.delete_prefix('#').downcase if field == 'color'
    if value.is_a?(Hash)
      return value.to_h { |language, texts| [language, texts.transform_values { |text| plain(nil, text) }] }
    end
    return value.presence && Time.iso8601(value).to_i / 60 if field == 'expires_at'

    value.nil? || value.is_a?(String) ? value.to_s.gsub(/\r\n?/, "\n").gsub(/[[:space:]]+\z/, '') : value
  end

  def iso(time)
    time&.utc&.iso8601(3)
  end

  # The row of an update or a delete; nil where a delete finds nothing left to do.
  def row!(scope, write, live)
    row = scope.lock.find_by(id: write['serverId'])
    raise Changed.new(nil) if row.nil? && write['action'] == 'update'

    expect!(write, live.call(row)) if row
    row
  end

  # A row of that name that is there already: ours if it is what was wanted, else somebody was faster.
  def already(write, row, live)
    return if row.nil?

    present = live.call(row)
    wanted = write['set'].slice(*present.keys).all? do |field, value|
      plain(field, present[field]) == plain(field, value)
    end
    wanted ? done(row.id, present) : raise(Changed.new(present))
  end

  def created(row, live)
    log(:create, row)
    done(row.id, live.call(row))
  end

  def destroyed(row)
    row.destroy!
    log(:destroy, row)
    done(row.id)
  end

  def permissions_of(mask)
    UserRole::FLAGS.select { |_, bit| mask & bit == bit }.keys.map(&:to_s)
  end

  def functional?(user)
    account = user.account
    user.confirmed? && user.approved? && !user.disabled? && !account.suspended? && !account.memorial? && !account.moved?
  end
end
