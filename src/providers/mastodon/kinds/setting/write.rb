# Settings, written as Mastodon's own form writes them.
module Herdbook
  module_function

  CONTACT = %w(site_contact_username site_contact_email).freeze

  def contact?(write)
    write['table'] == 'settings' && CONTACT.include?(write['name'])
  end

  def setting(key)
    row = Setting.find_by(var: key)
    row ? row.value : Setting.default_settings[key]
  end

  # Mastodon takes the two contact settings only together.
  def settings_write(writes)
    writes.each { |write| expect!(write, { 'value' => setting(write['name']) }) }
    values = writes.to_h { |write| [write['name'], write['set']['value']] }
    values = CONTACT.to_h { |key| [key, setting(key)] }.merge(values) if values.keys.intersect?(CONTACT)
    known = Form::AdminSettings::KEYS - Form::AdminSettings::UPLOAD_KEYS
    unknown = values.keys - known.map(&:to_s)
    raise Refused.new('unknown-setting', "this server has no setting #{unknown.join(', ')}") if unknown.any?

    texts = values.transform_values { |value| form_text(value) }
    form = saving_only(Form::AdminSettings.new(texts), writes.pluck('name'))
    raise Refused.new('refused-by-mastodon', form.errors.full_messages.join(', ')) unless form.save

    values.each do |key, value|
      stored = setting(key)
      next if plain(nil, stored) == plain(nil, value)

      raise Refused.new('not-stored', "the server did not store the setting #{key} as Herdbook sent it")
    end
    writes.map { |write| done(nil, { value: setting(write['name']) }) }
  end

  # Mastodon's form saves whatever it holds, and that is also what its validations looked at: it forgets that before it
  # saves.
  def saving_only(form, names)
    others = Form::AdminSettings::KEYS.map(&:to_s) - names
    form.define_singleton_method(:valid?) do |*given|
      super(*given).tap do
        others.map { |key| "@#{key}" }.each do |held|
          remove_instance_variable(held) if instance_variable_defined?(held)
        end
      end
    end
    form
  end

  # The form knows what a browser sends: text, and 1 or 0 for a checkbox.
  def form_text(value)
    case value
    when true then '1'
    when false then '0'
    else value.to_s
    end
  end

  WRITES['settings'] = ->(write) { settings_write([write]).first }
  BATCHES << [method(:contact?), ->(writes) { results_of(writes) { settings_write(writes) } }]
end
